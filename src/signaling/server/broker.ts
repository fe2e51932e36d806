/**
 * What joins several signaling servers: whatever one publishes for a room reaches every one that subscribed to it,
 * itself included or not. It may lose messages; those that matter are acknowledged by the peers.
 *
 * The server goes on when it throws, rejects or never answers: peers remain in their rooms, and whoever wants to join
 * one that cannot be subscribed to is asked to come back.
 */
export interface SignalingBroker {
  publish(room: string, text: string): void | Promise<unknown>;
  /** Resolves when what is published from now on will come. */
  subscribe(room: string, onMessage: (text: string) => void): Promise<Disposable>;
}
