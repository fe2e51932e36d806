/** The environment variable through which `scoped-rtc inspect` passes its settings to the inspected process. */
export const INSPECTED = 'SCOPED_RTC_INSPECT';

export interface InspectedSettings {
  readonly port: number;
  /** Start the program when a page is opened. */
  readonly wait: boolean;
  /** File to which the trace is written when the process ends. */
  readonly trace?: string | undefined;
}
