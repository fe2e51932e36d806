import { markErrors, RtcError, type RtcErrorOptions } from './rtc-error.js';

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
  markErrors(type, name);
}
