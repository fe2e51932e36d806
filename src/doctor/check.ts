/** `warn`: it works, with a limitation. `skip`: not tried, because an earlier check failed. */
export type CheckStatus = 'ok' | 'warn' | 'fail' | 'skip';

/** The result of one check. */
export interface Check {
  /** Stable name, for scripts. */
  readonly id: string;
  readonly title: string;
  readonly status: CheckStatus;
  /** The finding, in one line. */
  readonly detail: string;
  /** How to mend it. */
  readonly mend?: string;
  /** Figures, for scripts. */
  readonly data?: Readonly<Record<string, unknown>>;
}

export interface DoctorReport {
  /** True when no check failed. */
  readonly healthy: boolean;
  readonly checks: readonly Check[];
}
