/** The environment variable in which `scoped-rtc inspect` says to the program's process how to inspect it. */
export const INSPECTED = 'SCOPED_RTC_INSPECT';

export interface InspectedSettings {
  readonly port: number;
  /** Begin when a page looks. */
  readonly wait: boolean;
  /** File for the trace, written when the process ends. */
  readonly trace?: string | undefined;
}
