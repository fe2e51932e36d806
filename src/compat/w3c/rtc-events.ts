import { packagePolyfill } from '../../native/load.js';
import type { DataChannel, EventInit, IceCandidate } from './w3c-types.js';
import { unsignedShort } from './web-idl.js';

const noun = (value: unknown) => (value === null ? 'null' : typeof value);

/** What a constructor with a required dictionary does first (Web IDL). */
function requireInit(name: string, given: IArguments | readonly unknown[], least: number): void {
  if (given.length < least) {
    throw new TypeError(`${name}: ${least} arguments are required; got ${given.length}`);
  }
  const init = given[1];
  if (init !== undefined && init !== null && typeof init !== 'object' && typeof init !== 'function') {
    throw new TypeError(`${name}: the second argument must be a dictionary; got ${noun(init)}`);
  }
}

interface IceEventInit extends EventInit {
  readonly candidate?: IceCandidate | null | undefined;
  readonly url?: string | null | undefined;
}

/** The W3C's `RTCPeerConnectionIceEvent`. */
export class RTCPeerConnectionIceEvent extends Event {
  readonly #candidate: IceCandidate | null;
  readonly #url: string | null;

  constructor(...given: [type: string, init?: IceEventInit]) {
    requireInit('RTCPeerConnectionIceEvent', given, 1);
    const [type, init] = given;
    super(type, init);
    const candidate = init?.candidate ?? null;
    if (candidate !== null && !(candidate instanceof packagePolyfill().RTCIceCandidate)) {
      throw new TypeError('RTCPeerConnectionIceEvent: candidate must be an RTCIceCandidate');
    }
    this.#candidate = candidate;
    this.#url = init?.url ?? null;
  }

  get candidate(): IceCandidate | null {
    return this.#candidate;
  }

  get url(): string | null {
    return this.#url;
  }
}

interface IceErrorEventInit extends EventInit {
  readonly address?: string | null | undefined;
  readonly port?: number | null | undefined;
  readonly url?: string | undefined;
  readonly errorCode: number;
  readonly errorText?: string | undefined;
}

/** The W3C's `RTCPeerConnectionIceErrorEvent`, for code that makes one: the library reports no such errors. */
export class RTCPeerConnectionIceErrorEvent extends Event {
  readonly #init: IceErrorEventInit;

  constructor(...given: [type: string, init: IceErrorEventInit]) {
    requireInit('RTCPeerConnectionIceErrorEvent', given, 2);
    const [type, init] = given;
    super(type, init);
    if (unsignedShort(init?.errorCode, 'errorCode') === undefined) {
      throw new TypeError('RTCPeerConnectionIceErrorEvent: errorCode is missing');
    }
    this.#init = init;
  }

  get address(): string | null {
    return this.#init.address ?? null;
  }

  get port(): number | null {
    return unsignedShort(this.#init.port, 'port') ?? null;
  }

  get url(): string {
    return String(this.#init.url ?? '');
  }

  get errorCode(): number {
    return unsignedShort(this.#init.errorCode, 'errorCode') ?? 0;
  }

  get errorText(): string {
    return String(this.#init.errorText ?? '');
  }
}

interface DataChannelEventInit extends EventInit {
  readonly channel: DataChannel;
}

/** The W3C's `RTCDataChannelEvent`. */
export class RTCDataChannelEvent extends Event {
  readonly #channel: DataChannel;

  constructor(...given: [type: string, init: DataChannelEventInit]) {
    requireInit('RTCDataChannelEvent', given, 2);
    const [type, init] = given;
    if (!(init?.channel instanceof EventTarget) || !('readyState' in init.channel)) {
      throw new TypeError('RTCDataChannelEvent: channel must be an RTCDataChannel');
    }
    super(type, init);
    this.#channel = init.channel;
  }

  get channel(): DataChannel {
    return this.#channel;
  }
}

interface ErrorEventInit extends EventInit {
  readonly error: DOMException;
}

/** The W3C's `RTCErrorEvent`. */
export class RTCErrorEvent extends Event {
  readonly #error: DOMException;

  constructor(...given: [type: string, init: ErrorEventInit]) {
    requireInit('RTCErrorEvent', given, 2);
    const [type, init] = given;
    if (!(init?.error instanceof DOMException)) {
      throw new TypeError('RTCErrorEvent: error must be an RTCError');
    }
    super(type, init);
    this.#error = init.error;
  }

  get error(): DOMException {
    return this.#error;
  }
}

export const PEER_CONNECTION_EVENTS = [
  ...['negotiationneeded', 'icecandidate', 'icecandidateerror', 'signalingstatechange'],
  ...['iceconnectionstatechange', 'icegatheringstatechange', 'connectionstatechange', 'datachannel', 'track'],
];

/**
 * Gives a class the name that it has as text (`[object RTCPeerConnection]`), and the `on…` attributes of its events: the function
 * takes its place among the listeners when it is first set (HTML, section 8.1.8.1). The class keeps what was set; `null` is "none".
 */
export function interfacePrototype(
  name: string,
  type: { readonly prototype: EventTarget },
  events: readonly string[],
): void {
  Object.defineProperty(type.prototype, Symbol.toStringTag, { configurable: true, value: name });
  for (const event of events) {
    const handlers = new WeakMap<EventTarget, { handler: unknown }>();
    Object.defineProperty(type.prototype, `on${event}`, {
      configurable: true,
      enumerable: true,
      get(this: EventTarget) {
        return handlers.get(this)?.handler ?? null;
      },
      set(this: EventTarget, value: unknown) {
        const handler = typeof value === 'function' || (typeof value === 'object' && value) ? value : null;
        const slot = handlers.get(this);
        if (slot) {
          slot.handler = handler;
          return;
        }
        const made = { handler };
        handlers.set(this, made);
        this.addEventListener(event, (given) => {
          if (typeof made.handler === 'function') made.handler.call(this, given);
        });
      },
    });
  }
}

// The required arguments count (Web IDL), which a rest parameter does not show.
for (const [type, length] of [
  [RTCPeerConnectionIceEvent, 1],
  [RTCPeerConnectionIceErrorEvent, 2],
  [RTCDataChannelEvent, 2],
  [RTCErrorEvent, 2],
] as const) {
  Object.defineProperty(type, 'length', { configurable: true, value: length });
}
