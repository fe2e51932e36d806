import type { CloseOptions, WaitOptions } from '../../arguments/bounds.js';
import type { Subscription } from '../event-hub.js';
import type { CloseInfo } from '../handle.js';
import type { Message, Sendable } from './message.js';
import type { MessageIterator } from './message-iterator.js';

/** What a stream needs of its channel. */
export interface Streamable {
  readonly path: string;
  readonly maxMessageSize: number;
  opened(options?: WaitOptions): Promise<unknown>;
  send(data: Sendable): Promise<void>;
  close(options?: CloseOptions): Promise<void>;
  closed(options?: WaitOptions): Promise<CloseInfo>;
  abort(reason?: unknown): void;
  subscribe(event: 'message', listener: (message: Message) => void): Subscription;
  [Symbol.asyncIterator](): MessageIterator;
}

/** One end of a stream of messages, over a channel as it is or with a window. */
export interface MessageStreamEnd {
  readonly maxMessageSize: number;
  opened(): Promise<void>;
  send(data: Sendable): Promise<void>;
  /** This side sends no more. */
  end(): Promise<void>;
  next(): Promise<IteratorResult<Message, undefined>>;
  stopReading(): Promise<void>;
  close(): Promise<void>;
  abort(reason?: unknown): void;
}
