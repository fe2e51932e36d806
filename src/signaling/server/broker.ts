/**
 * What joins several signaling servers: whatever one publishes for a room reaches every one that subscribed to it,
 * itself included or not. It may lose messages; those that matter are acknowledged by the peers.
 */
export interface SignalingBroker {
  publish(room: string, text: string): void;
  /** Resolves when what is published from now on will come. */
  subscribe(room: string, onMessage: (text: string) => void): Promise<Disposable>;
}
