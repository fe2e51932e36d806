import type { DataChannel, EventInit, IceCandidate } from './w3c-types.js';

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
    if (candidate !== null && typeof candidate !== 'object') {
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
