import { wrongType } from '../arguments/wrong-argument.js';
import { integer, readOptions } from '../arguments/argument.js';
import { RtcRuntime } from '../runtime/rtc-runtime.js';

export interface InspectorOptions {
  /** TCP port on 127.0.0.1. Default 0: a free one. */
  port?: number;
  /** What to look at. Default: the shared runtime. */
  runtime?: RtcRuntime;
  /** Milliseconds between two looks, while a page is open. From 50 to 10 000, default 250. */
  interval?: number;
}

/** Throws a `TypeError` or `RangeError` that names the option. */
export function checkInspectorOptions(options: unknown): Required<InspectorOptions> {
  const checked = readOptions<InspectorOptions>(options, 'options', {
    port: integer(0, 65_535),
    runtime: (value, name) => {
      // By what it does: another copy of the package has a class of its own.
      if (typeof (value as RtcRuntime | null)?.snapshot !== 'function')
        throw wrongType(name, 'an RtcRuntime', value);
      return value as RtcRuntime;
    },
    interval: integer(50, 10_000, 'milliseconds'),
  });
  return {
    port: checked.port ?? 0,
    runtime: checked.runtime ?? RtcRuntime.shared,
    interval: checked.interval ?? 250,
  };
}
