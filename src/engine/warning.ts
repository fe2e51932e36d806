/** What a warning is about. Codes are API; messages are not. */
export type RtcWarningCode =
  /** Other code in the process called the library's global cleanup; handles were lost with it (H21). */
  | 'RTC_FOREIGN_CLEANUP'
  /** Library threads were still there after a cleanup. */
  | 'RTC_THREADS_LEFT'
  /** A native could not be closed, or closing it failed. */
  | 'RTC_CLOSE_FAILED'
  /** Something was still open when the process ended. */
  | 'RTC_ALIVE_AT_EXIT'
  /** Messages were lost or could not be confirmed. */
  | 'RTC_UNDELIVERED'
  /** The peer sent something over the signaling that makes no sense; it was ignored. */
  | 'RTC_SIGNALING';

export interface RtcWarning {
  readonly code: RtcWarningCode;
  readonly message: string;
  /** Path of the handle or scope it is about. */
  readonly path?: string | undefined;
  readonly cause?: unknown;
}
