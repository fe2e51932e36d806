import { readFrom, wrongType, singleLine } from '../../arguments/argument.js';
import type { SignalingBroker } from './broker.js';

/** What is used of a connection of `@nats-io/transport-node`, or of another NATS client for JavaScript. */
export interface NatsConnection {
  publish(subject: string, payload: string): void;
  subscribe(
    subject: string,
    options: { callback: (error: Error | null, message: { string(): string }) => void },
  ): { unsubscribe(): void };
  flush(): Promise<void>;
}

/**
 * Joins the signaling servers that use the same NATS and the same `prefix`. A room is a subject: the prefix and the
 * room's name in base64url, because subjects have characters of their own. The caller keeps the connection and closes it.
 */
export function natsBroker(connection: NatsConnection, prefix = 'scoped-rtc'): SignalingBroker {
  const isConnection = readFrom('connection', () => {
    const { publish, subscribe, flush } = (connection ?? {}) as Partial<NatsConnection>;
    return [publish, subscribe, flush].every((method) => typeof method === 'function');
  });
  if (!isConnection) throw wrongType('connection', 'a connection to NATS', connection);
  singleLine(prefix, 'prefix');
  const subject = (room: string) => `${prefix}.${Buffer.from(room).toString('base64url')}`;
  return {
    publish: (room, text) => connection.publish(subject(room), text),
    async subscribe(room, onMessage) {
      const subscription = connection.subscribe(subject(room), {
        callback: (error, message) => {
          if (!error) onMessage(message.string());
        },
      });
      const end = () => subscription.unsubscribe();
      try {
        await connection.flush(); // the server has it when the flush is answered
      } catch (error) {
        end(); // the client would keep it, and subscribe again with every connection
        throw error;
      }
      return { [Symbol.dispose]: end };
    },
  };
}
