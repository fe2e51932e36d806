import { RtcInvalidStateError } from '../errors/rtc-error.js';
import { readFrom, wrongType, boolean, readOptions } from '../arguments/argument.js';
import { MessageChannel } from '../resources/channel/message-channel.js';
import type { Signaling, SignalingMessage } from '../resources/connection/negotiation/signaling.js';

export interface MessageChannelSignalingOptions {
  /** See `NegotiateOptions.polite`. */
  polite?: boolean | undefined;
}

/** Signaling over a channel. */
export interface MessageChannelSignaling extends Signaling {
  readonly handle: MessageChannel;
  /** Closes the channel. */
  close(): Promise<void>;
}

/**
 * Signaling over a WebSocket or a data channel with one peer at its other end, directly or through a relay: one
 * message of JSON text each, as a browser understands it. While it is in use it takes every message of the channel.
 *
 * The channel need not be open yet. The caller keeps it and closes it.
 */
export function messageChannelSignaling(
  channel: MessageChannel,
  options: MessageChannelSignalingOptions = {},
): MessageChannelSignaling {
  if (!readFrom('channel', () => channel instanceof MessageChannel)) {
    throw wrongType('channel', 'a WebSocket or a DataChannel', channel);
  }
  const { polite } = readOptions<MessageChannelSignalingOptions>(options, 'options', { polite: boolean });
  return new ChannelSignaling(channel, polite);
}

class ChannelSignaling implements MessageChannelSignaling {
  readonly handle: MessageChannel;
  readonly polite?: boolean;
  #subscribed = false;

  constructor(channel: MessageChannel, polite: boolean | undefined) {
    this.handle = channel;
    if (polite !== undefined) this.polite = polite;
  }

  send(message: SignalingMessage): Promise<void> {
    return this.handle.send(JSON.stringify(message));
  }

  subscribe(onMessage: (message: unknown) => void, onClosed: (reason?: unknown) => void): Disposable {
    const channel = this.handle;
    if (this.#subscribed) {
      throw new RtcInvalidStateError('the signaling has a subscriber already', { path: channel.path });
    }
    this.#subscribed = true;
    const messages = channel.subscribe('message', (message) => onMessage(parsed(message)));
    const end = channel.subscribe('close', (info) => onClosed(info.reason));
    // Closed already; what is left to read is handed over first.
    if (channel.state === 'closed') queueMicrotask(() => this.#subscribed && onClosed());
    return {
      [Symbol.dispose]: () => {
        this.#subscribed = false;
        messages[Symbol.dispose]();
        end[Symbol.dispose]();
      },
    };
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

/** Text that is not JSON is handed over as it is: the negotiation reports it. */
function parsed(message: string | Buffer): unknown {
  if (typeof message !== 'string') return message;
  try {
    return JSON.parse(message);
  } catch {
    return message;
  }
}
