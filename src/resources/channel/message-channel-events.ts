import type { EventNames } from '../../arguments/argument.js';
import type { CloseInfo } from '../handle.js';
import type { Message } from '../../native/validate/message.js';

export interface MessageChannelEvents {
  /** The channel can send. Emitted once. */
  open: [];
  /** A message: text as a string, binary data as a `Buffer`. */
  message: [message: Message];
  /** The send buffer has fallen to half the high-water mark. */
  bufferedAmountLow: [];
  /** Something went wrong; the channel closes right after. */
  error: [error: Error];
  /** The channel has closed. After every message that arrived. */
  close: [info: CloseInfo];
}

export const MESSAGE_CHANNEL_EVENTS: EventNames<MessageChannelEvents> = {
  open: true,
  message: true,
  bufferedAmountLow: true,
  error: true,
  close: true,
};
