import { readFrom, wrongType, singleLine } from '../../arguments/argument.js';
import { RtcClosedError } from '../../errors/rtc-error.js';
import type { SignalingBroker } from './broker.js';

/** What is used of a client of `redis` (node-redis) or of `ioredis`. */
export interface RedisClient {
  publish(channel: string, message: string): Promise<unknown>;
  // oxlint-disable-next-line typescript/no-explicit-any -- the two packages take different arguments
  subscribe(channel: string, ...more: any[]): Promise<unknown>;
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  unsubscribe(channel: string, ...more: any[]): Promise<unknown>;
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  on(event: string, listener: (...args: any[]) => void): unknown;
  /** Of `redis`. */
  readonly isReady?: boolean;
  /** Of `ioredis`. */
  readonly status?: string;
}

export interface RedisClients {
  readonly publisher: RedisClient;
  /** Another connection: one that has subscribed cannot publish. `publisher.duplicate()` makes it. */
  readonly subscriber: RedisClient;
}

/**
 * Joins the signaling servers that use the same Redis and the same `prefix`. A room is a channel: the prefix and the
 * room's name, with a colon between; the prefix has none. The caller keeps both connections and closes them; they get a listener for `error`, because a client without one ends
 * the process when Redis goes away.
 */
export function redisBroker(clients: RedisClients, prefix = 'scoped-rtc'): SignalingBroker {
  const [publisher, subscriber] = readFrom('clients', () => {
    const given = (clients ?? {}) as Partial<RedisClients>;
    return [given.publisher, given.subscriber].map((client) => {
      const methods = [client?.publish, client?.subscribe, client?.unsubscribe, client?.on];
      return methods.every((method) => typeof method === 'function') ? client : undefined;
    });
  });
  if (!publisher) throw wrongType('clients.publisher', 'a client of redis or ioredis', clients?.publisher);
  if (!subscriber) throw wrongType('clients.subscriber', 'a client of redis or ioredis', clients?.subscriber);
  if (publisher === subscriber) throw new TypeError('clients.publisher and clients.subscriber must be two');
  // With a colon in it, rooms of two prefixes could have one channel: "app" with "test:lobby", and "app:test" with "lobby".
  if (singleLine(prefix, 'prefix').includes(':')) throw new RangeError('prefix must not have a colon in it');
  const listeners = new Map<string, (text: string) => void>();
  for (const client of [publisher, subscriber]) client.on('error', () => {}); // calls reject as well
  // `ioredis` has one event for all channels, `redis` a listener for each subscription.
  const hasEvent = typeof subscriber.status === 'string';
  if (hasEvent) {
    subscriber.on('message', (channel: string, message: string) => listeners.get(channel)?.(message));
  }
  return {
    publish(room, text) {
      // What waits in a client for Redis to come back would be stale, and without a bound.
      if (isReady(publisher)) return publisher.publish(`${prefix}:${room}`, text);
      throw new RtcClosedError('RTC_CLOSED', 'Redis is not connected');
    },
    async subscribe(room, onMessage) {
      const channel = `${prefix}:${room}`;
      const more = hasEvent ? [] : [onMessage];
      listeners.set(channel, onMessage);
      const end = () => {
        if (listeners.get(channel) === onMessage) listeners.delete(channel);
        else if (hasEvent) return undefined; // somebody else needs the channel by now
        return subscriber.unsubscribe(channel, ...more);
      };
      try {
        await subscriber.subscribe(channel, ...more);
      } catch (error) {
        if (isReady(subscriber)) end()?.catch(() => {});
        else if (listeners.get(channel) === onMessage) listeners.delete(channel);
        throw error;
      }
      return { [Symbol.dispose]: end };
    },
  };
}

const isReady = ({ isReady, status }: RedisClient) => isReady ?? status === 'ready';
