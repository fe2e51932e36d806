export type FakeKind =
  'PeerConnection' | 'DataChannel' | 'WebSocket' | 'WebSocketServer' | 'IceUdpMuxListener';

/** The native object that a fault is asked about. */
export interface FaultTarget {
  readonly kind: FakeKind;
  /** Counts up for each kind from 1. */
  readonly id: number;
  /** The connection's name, the channel's label, the socket's URL or path; may be empty. */
  readonly name: string;
}

export interface FaultCall extends FaultTarget {
  /** The method's name, or `constructor`. */
  readonly method: string;
  readonly args: readonly unknown[];
}

export interface FaultMessage extends FaultTarget {
  readonly data: string | Buffer;
}

/** What is done to one call; without any of these it runs as usual. */
export interface Fault {
  /** Throws this, before the call has done anything; with `after` once it has. */
  readonly throws?: Error | string;
  readonly after?: boolean;
  /** Returns this without doing the call. */
  readonly returns?: unknown;
  /** Keeps the event loop busy first, in milliseconds. */
  readonly blockMs?: number;
  /** The other side closes in the middle of the call. */
  readonly peerCloses?: boolean;
}

/** On for everything, or for what the function accepts. */
export type FaultSwitch<T = FaultTarget> = boolean | ((target: T) => boolean);

/** Everything that can go wrong on demand; may be changed while the fake is in use. */
export interface FaultOptions {
  onCall?: ((call: FaultCall) => Fault | undefined) | undefined;
  /** Closing works but no close event ever comes. */
  neverAcknowledgeClose?: FaultSwitch | undefined;
  /** `close()`, `forceClose()` or `stop()` throws and does nothing. */
  throwInClose?: FaultSwitch<FaultCall> | undefined;
  /** Constructors and `createDataChannel` throw. */
  throwInCreate?: FaultSwitch<FaultCall> | undefined;
  /** The other side closes in the middle of these calls. */
  closeDuring?: FaultSwitch<FaultCall> | undefined;
  /** Registered callbacks are called once more a few turns after `close()`. */
  fireAfterClose?: FaultSwitch | undefined;
  /** Messages vanish on the way. */
  drop?: FaultSwitch<FaultMessage> | undefined;
  /** Messages, and all behind them, arrive this many event-loop turns late. */
  delay?:
    { readonly min: number; readonly max: number; readonly only?: FaultSwitch<FaultMessage> } | undefined;
  /** Messages that travel together arrive in another order. */
  reorder?: FaultSwitch<FaultMessage> | undefined;
  /** Nothing leaves: `bufferedAmount()` grows and never drains. */
  block?: FaultSwitch | undefined;
  /** The connection stays `connecting`. */
  failToConnect?: FaultSwitch | undefined;
  /** The connection turns `failed` instead of `connected`. */
  iceFailed?: FaultSwitch | undefined;
  /** Sending throws `out of memory`. */
  sendThrows?: FaultSwitch<FaultCall> | undefined;
  /** A channel whose peer closed it does not answer with a reset of its own. */
  neverConfirmReset?: FaultSwitch | undefined;
  /** `cleanup()` throws with this text, and nothing counts as cleaned up. */
  cleanupThrows?: boolean | string | undefined;
  /** `cleanup()` keeps the event loop busy for this many milliseconds. */
  cleanupBlocksMs?: number | undefined;
}

type TargetSwitch =
  'neverAcknowledgeClose' | 'fireAfterClose' | 'block' | 'failToConnect' | 'iceFailed' | 'neverConfirmReset';

const CLOSING = new Set(['close', 'forceClose', 'stop']);
const CREATING = new Set(['constructor', 'createDataChannel']);
const SENDING = new Set(['sendMessage', 'sendMessageBinary']);

/** Answers, for each call and each message, what shall go wrong with it. Same seed, same answers. */
export class FaultPlan {
  readonly options: FaultOptions;
  #random: number;

  constructor(options: FaultOptions, seed: number) {
    this.options = options;
    this.#random = seed >>> 0;
  }

  active(name: TargetSwitch, target: FaultTarget): boolean {
    return isOn(this.options[name], target);
  }

  forCall(call: FaultCall): Fault | undefined {
    const { options } = this;
    const scripted = options.onCall?.(call);
    if (scripted !== undefined) return scripted;
    if (CLOSING.has(call.method) && isOn(options.throwInClose, call))
      return { throws: 'fake: closing failed' };
    if (CREATING.has(call.method) && isOn(options.throwInCreate, call))
      return { throws: 'fake: creating failed' };
    if (SENDING.has(call.method) && isOn(options.sendThrows, call)) {
      return { throws: 'libdatachannel error while sending data channel message: out of memory' };
    }
    return isOn(options.closeDuring, call) ? { peerCloses: true } : undefined;
  }

  forMessage(message: FaultMessage): { drop: boolean; delay: number; reorder: boolean } {
    const { drop, delay, reorder } = this.options;
    const late = delay !== undefined && isOn(delay.only ?? true, message);
    return {
      drop: isOn(drop, message),
      delay: late ? delay.min + Math.floor(this.random() * (delay.max - delay.min + 1)) : 0,
      reorder: isOn(reorder, message),
    };
  }

  /** From 0 to below 1 (mulberry32). */
  random(): number {
    this.#random = (this.#random + 0x6d2b79f5) >>> 0;
    let x = this.#random;
    x = Math.imul(x ^ (x >>> 15), x | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  }
}

function isOn<T>(setting: FaultSwitch<T> | undefined, target: T): boolean {
  return typeof setting === 'function' ? setting(target) : setting === true;
}

/** Blocks the event loop, as a native call that waits for a thread does. */
export function blockEventLoop(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}
