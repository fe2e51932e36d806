import type { ConnectionProgress } from './connection-progress.js';

/** Stable identifiers of what went wrong. Codes are API; messages are not. */
export type RtcErrorCode =
  | 'RTC_CLOSED'
  | 'RTC_CLOSING'
  | 'RTC_SCOPE_DISPOSED'
  | 'RTC_TIMEOUT'
  | 'RTC_ABORTED'
  | 'RTC_INVALID_STATE'
  | 'RTC_MESSAGE_TOO_LARGE'
  | 'RTC_OVERFLOW'
  | 'RTC_UNDELIVERED'
  | 'RTC_PEER_UNREACHABLE'
  | 'RTC_NATIVE'
  | 'RTC_CLEANUP_FAILED'
  | 'RTC_WRONG_THREAD'
  | 'RTC_BINDING_UNAVAILABLE';

export interface RtcErrorOptions {
  /** Path of the handle or scope the error is about, e.g. `app/alice/chat`. */
  path?: string;
  cause?: unknown;
  /** How far a connection had got, where the error is about one that did not come up. */
  progress?: ConnectionProgress;
}

/** Under which a class of errors keeps the mark that its instances have, in whatever copy of the package. */
const MARK = Symbol('scoped-rtc.mark');

/** Makes `instanceof` hold for errors of other copies of the package: the copy for CommonJS, or another version. */
export function markErrors(type: Function, name: string): void {
  const mark = Symbol.for(`scoped-rtc.${name}`);
  Object.defineProperty(type, MARK, { value: mark });
  Object.defineProperty(type.prototype, mark, { value: true });
}

/**
 * Base of every error that is about the state of the world rather than a mistake in the call.
 * A mistake in the call is a plain `TypeError` or `RangeError`.
 *
 * `instanceof` also holds for errors of another copy of the package.
 */
export class RtcError extends Error {
  override name = 'RtcError';
  readonly code: RtcErrorCode;
  readonly path: string | undefined;
  /** How far a connection had got, of `RTC_TIMEOUT` and `RTC_NATIVE` where it did not come up. */
  declare readonly progress?: ConnectionProgress;

  constructor(code: RtcErrorCode, message: string, options: RtcErrorOptions = {}) {
    super(
      options.path ? `${options.path}: ${message}` : message,
      'cause' in options ? { cause: options.cause } : {},
    );
    this.code = code;
    this.path = options.path;
    if (options.progress) this.progress = options.progress;
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    // A class of the user's that extends this one has no mark of its own.
    if (!Object.hasOwn(this, MARK)) return Function.prototype[Symbol.hasInstance].call(this, value);
    const mark = (this as unknown as { [MARK]: symbol })[MARK];
    return typeof value === 'object' && value !== null && Reflect.get(value, mark) === true;
  }
}
markErrors(RtcError, 'RtcError');
