/** What a warning is about. Codes are API; messages are not. */
export type RtcWarningCode =
  /** Other code in the process called the library's global cleanup; handles were lost with it (H21). */
  | 'RTC_FOREIGN_CLEANUP'
  /** Library threads were still there after a cleanup. */
  | 'RTC_THREADS_LEFT'
  /** Library threads came back without a scope: something was made outside the runtime, or after its cleanup. */
  | 'RTC_MADE_OUTSIDE'
  /** The process ended while handles were open. */
  | 'RTC_OPEN_AT_EXIT'
  /** A cleanup would have met natives that were still open (H6); they were closed before it. */
  | 'RTC_CLEANUP_WITH_OPEN'
  /** `dependsOn` was refused: the order of teardown would have no beginning. */
  | 'RTC_DEPENDENCY_CYCLE'
  /** A native could not be closed, or closing it failed. */
  | 'RTC_CLOSE_FAILED'
  /** As many closed wrappers are kept until cleanup as `retainedLimit` allows; what changes is in docs/losing-no-message.md. */
  | 'RTC_RETAINED_LIMIT'
  /** The installed version of node-datachannel is none that this package was tested with. */
  | 'RTC_UNVERIFIED_BINDING'
  /** A TURN server is not used: this build of the library relays over UDP only. */
  | 'RTC_ICE_SERVER_UNUSED'
  /** The peer sent something over the signaling that makes no sense; it was ignored. */
  | 'RTC_SIGNALING'
  /** The broker of a signaling server does not work. */
  | 'RTC_SIGNALING_BROKER'
  /** What decides who may join a signaling server does not work. */
  | 'RTC_SIGNALING_ADMISSION';

export interface RtcWarning {
  readonly code: RtcWarningCode;
  readonly message: string;
  /** Path of the handle or scope it is about. */
  readonly path?: string | undefined;
  readonly cause?: unknown;
}
