import type { Meter } from '@opentelemetry/api';
import { wrongType, readOptions } from '../arguments/argument.js';
import { RtcRuntime } from '../runtime/rtc-runtime.js';

export interface TelemetryOptions {
  /** What is measured. Default: the shared runtime. */
  runtime?: RtcRuntime | undefined;
  /** Where the instruments are made. Default: `metrics.getMeter('scoped-rtc')` of the global provider. */
  meter?: Meter | undefined;
}

/** Throws a `TypeError` that names the option. */
export function checkTelemetryOptions(options: unknown): Partial<TelemetryOptions> & { runtime: RtcRuntime } {
  const checked = readOptions<TelemetryOptions>(options, 'options', {
    runtime: (value, name) => {
      if (typeof (value as RtcRuntime | null)?.snapshot !== 'function')
        throw wrongType(name, 'an RtcRuntime', value);
      return value as RtcRuntime;
    },
    meter: (value, name) => {
      if (typeof (value as Meter | null)?.createHistogram !== 'function')
        throw wrongType(name, 'a Meter of @opentelemetry/api', value);
      return value as Meter;
    },
  });
  return { ...checked, runtime: checked.runtime ?? RtcRuntime.shared };
}
