import type { LibraryContextOptions } from '../library/library-context.js';
import type { ResolveName } from '../library/names/name-resolver.js';
import type { RtcLogger } from '../library/library-settings.js';
import {
  readFrom,
  wrongType,
  callback,
  type Field,
  integer,
  oneOf,
  readOptions,
} from '../arguments/argument.js';
import type { NativeBinding } from '../native/binding.js';
import { validateLogLevel, validateSctpSettings } from '../native/validate/library-settings.js';
import type { Clock } from '../time/clock.js';
import { checkTimeout } from '../time/deadline.js';

export interface RtcRuntimeOptions extends LibraryContextOptions {
  /**
   * `auto` (default): clean up the library when the last root scope is gone. The cleanup also ends the connections of
   * other code in the process. `manual`: only `shutdown()` cleans up.
   */
  cleanup?: 'auto' | 'manual' | undefined;
}

/** Throws a `TypeError` or `RangeError` that names the option; returns a copy. */
export function checkRuntimeOptions(options: unknown): Partial<RtcRuntimeOptions> {
  return readOptions<RtcRuntimeOptions>(options, 'options', {
    cleanup: oneOf('auto', 'manual'),
    teardownTimeout: checkTimeout,
    retainedLimit: integer(0, MOST_RETAINED),
    logger: callback as Field<RtcLogger>,
    logLevel: validateLogLevel,
    sctp: validateSctpSettings,
    resolveName: callback as Field<ResolveName>,
    native: withFunctions<NativeBinding>(
      'PeerConnection',
      'WebSocket',
      'WebSocketServer',
      'IceUdpMuxListener',
      'cleanup',
    ),
    clock: withFunctions<Clock>('now', 'after'),
  });
}

export interface SnapshotOptions {
  /** `true` for the details of all members, or the path of one. Default: no details. */
  details?: boolean | string | undefined;
}

/** Throws a `TypeError` that names the option. */
export function checkSnapshotOptions(options: unknown): SnapshotOptions {
  return readOptions<SnapshotOptions>(options, 'options', {
    details: (value, name) => {
      if (typeof value !== 'boolean' && typeof value !== 'string')
        throw wrongType(name, 'a boolean or a path', value);
      return value;
    },
  });
}

/** Accepts an object that has these functions; they are not checked any further. */
function withFunctions<T extends object>(...functions: (keyof T & string)[]): Field<T> {
  return (value, name) => {
    if (typeof value !== 'object' || value === null) throw wrongType(name, 'an object', value);
    for (const key of functions) {
      const found = readFrom(`${name}.${key}`, () => (value as T)[key]);
      if (typeof found !== 'function') throw wrongType(`${name}.${key}`, 'a function', found);
    }
    return value as T;
  };
}

/** Less than the 2 ** 24 members that a JavaScript `Set` can have. */
const MOST_RETAINED = 10_000_000;
