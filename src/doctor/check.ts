/** `warn`: works, but somebody should know. `skip`: could not be tried because of what failed before. */
export type CheckStatus = 'ok' | 'warn' | 'fail' | 'skip';

/** One thing that the doctor looked at. */
export interface Check {
  /** Stable; for scripts. */
  readonly id: string;
  readonly title: string;
  readonly status: CheckStatus;
  /** What was found, in a line. */
  readonly detail: string;
  /** What to do about it. */
  readonly mend?: string;
  /** Figures, for scripts. */
  readonly data?: Readonly<Record<string, unknown>>;
}

export interface DoctorReport {
  /** Nothing failed. */
  readonly healthy: boolean;
  readonly checks: readonly Check[];
}
