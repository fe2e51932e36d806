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
  | 'RTC_NATIVE'
  | 'RTC_CLEANUP_FAILED'
  | 'RTC_WRONG_THREAD'
  | 'RTC_BINDING_UNAVAILABLE';

export interface RtcErrorOptions {
  /** Path of the handle or scope the error is about, e.g. `app/alice/chat`. */
  path?: string;
  cause?: unknown;
}

/**
 * Base of every error that is about the state of the world rather than a mistake in the call.
 * A mistake in the call is a plain `TypeError` or `RangeError`.
 *
 * Test `code`, not the class, when the error may come from another copy of the package.
 */
export class RtcError extends Error {
  override name = 'RtcError';
  readonly code: RtcErrorCode;
  readonly path: string | undefined;

  constructor(code: RtcErrorCode, message: string, options: RtcErrorOptions = {}) {
    super(
      options.path ? `${options.path}: ${message}` : message,
      'cause' in options ? { cause: options.cause } : {},
    );
    this.code = code;
    this.path = options.path;
  }
}
