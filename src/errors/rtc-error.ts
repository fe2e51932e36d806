import { isInstance, markClass } from './other-copies.js';

/** How far a connection has got on its way to its peer. */
export interface ConnectionProgress {
  /** State of the signaling that `negotiate` was given; `undefined` where the signaling does not report one. */
  readonly signaling: { readonly state: string; readonly description: string } | undefined;
  /** Type of the description that was made last, or `null` before there is one. */
  readonly localDescription: string | null;
  /** Type of the peer's description that was set last. */
  readonly remoteDescription: string | null;
  /** Candidates found so far. */
  readonly localCandidates: number;
  /** Candidates of the peer so far. */
  readonly remoteCandidates: number;
  readonly ice: string;
  /** `new` until ICE has found a path. */
  readonly dtls: 'new' | 'connecting' | 'connected' | 'failed';
  /** STUN and TURN servers, without credentials, and what came of each. */
  readonly servers: readonly { readonly url: string; readonly outcome: string }[];
}

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

/** What `cause` says, without the path of the handle, with which an error that quotes it begins itself. */
export function quoted(cause: unknown, path: string): string {
  const words = cause instanceof Error ? cause.message : String(cause);
  return words.replace(`${path}: `, '');
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
  /** How far the connection had got; only of `RTC_TIMEOUT` and `RTC_NATIVE` of a connection that did not come up. */
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
    return isInstance(this, value);
  }
}
markClass(RtcError, 'RtcError');

/** The handle is closed, or is closing, and can no longer do what was asked. */
export class RtcClosedError extends RtcError {
  override name = 'RtcClosedError';
  constructor(code: 'RTC_CLOSED' | 'RTC_CLOSING', message: string, options?: RtcErrorOptions) {
    super(code, message, options);
  }
}

/** A wait reached its bound. */
export class RtcTimeoutError extends RtcError {
  override name = 'RtcTimeoutError';
  constructor(message: string, options?: RtcErrorOptions) {
    super('RTC_TIMEOUT', message, options);
  }
}

/** A wait or a handle was ended by an `AbortSignal` or by `abort()`; `cause` is the reason. */
export class RtcAbortedError extends RtcError {
  override name = 'RtcAbortedError';
  constructor(message: string, options?: RtcErrorOptions) {
    super('RTC_ABORTED', message, options);
  }
}

/** The call is not possible in the handle's present state. */
export class RtcInvalidStateError extends RtcError {
  override name = 'RtcInvalidStateError';
  constructor(message: string, options?: RtcErrorOptions) {
    super('RTC_INVALID_STATE', message, options);
  }
}

/** A message was not sent, or not handed over: too large, no room for it, or never confirmed. */
export class RtcMessageError extends RtcError {
  override name = 'RtcMessageError';
  constructor(
    code: 'RTC_MESSAGE_TOO_LARGE' | 'RTC_OVERFLOW' | 'RTC_UNDELIVERED',
    message: string,
    options?: RtcErrorOptions,
  ) {
    super(code, message, options);
  }
}

/** The peer of a connection with `keepalive` has given no sign of life for the time that was asked for. */
export class RtcPeerUnreachableError extends RtcError {
  override name = 'RtcPeerUnreachableError';
  constructor(message: string, options?: RtcErrorOptions) {
    super('RTC_PEER_UNREACHABLE', message, options);
  }
}

/** The native library refused a call or reported a failure; `cause` is its own error where it gave one. */
export class RtcNativeError extends RtcError {
  override name = 'RtcNativeError';
  constructor(
    message: string,
    options?: RtcErrorOptions,
    code: 'RTC_NATIVE' | 'RTC_CLEANUP_FAILED' = 'RTC_NATIVE',
  ) {
    super(code, message, options);
  }
}

/** The native binding cannot be used here: it is not installed, or another thread owns it. */
export class RtcBindingError extends RtcError {
  override name = 'RtcBindingError';
  constructor(
    code: 'RTC_WRONG_THREAD' | 'RTC_BINDING_UNAVAILABLE',
    message: string,
    options?: RtcErrorOptions,
  ) {
    super(code, message, options);
  }
}

for (const [name, type] of Object.entries({
  RtcClosedError,
  RtcTimeoutError,
  RtcAbortedError,
  RtcInvalidStateError,
  RtcMessageError,
  RtcPeerUnreachableError,
  RtcNativeError,
  RtcBindingError,
})) {
  markClass(type, name);
}
