import {
  outOfRange,
  wrongType,
  boolean,
  callback,
  type Field,
  integer,
  readOptions,
} from '../../arguments/argument.js';
import { MAX_UINT32 } from '../../native/validate/limits.js';
import { checkTimeout } from '../../time/deadline.js';
import { FakeNetwork } from './fake-network.js';
import type { FakeScheduler } from './fake-scheduler.js';
import type { FakeStack } from './fake-stack.js';
import type { FaultOptions } from './faults.js';

export interface FakeBindingOptions {
  /** What goes wrong; the object may be changed at run time, also through `fake.faults`. */
  readonly faults?: FaultOptions | undefined;
  /** Same seed, same delays and orders. 1 by default. */
  readonly seed?: number | undefined;
  /** Bytes on the way to a peer that count as sent, 1 MiB by default; what exceeds it is buffered. */
  readonly sendBufferSize?: number | undefined;
  /** What its connections and sockets reach others over; by default a network of its own. */
  readonly network?: FakeNetwork | undefined;
  /** Where threads and event loop get their turns; by default the event loop of this process. */
  readonly scheduler?: FakeScheduler | undefined;
  /** What its streams behave like, where a peer is simulated that is not node-datachannel. @internal */
  readonly stack?: FakeStack | undefined;
}

/** Throws a `TypeError` or `RangeError` that names the option. The faults stay the caller's object: it may change them. */
export function checkFakeOptions(options: unknown): Partial<FakeBindingOptions> {
  return readOptions<FakeBindingOptions>(options, 'options', {
    faults: (value, name) => {
      readOptions<FaultOptions>(value, name, FAULTS);
      return value as FaultOptions;
    },
    seed: integer(0, MAX_UINT32),
    sendBufferSize: integer(1, Number.MAX_SAFE_INTEGER, 'bytes'),
    network: (value, name) => {
      if (!(value instanceof FakeNetwork)) throw wrongType(name, 'a FakeNetwork', value);
      return value;
    },
    scheduler: (value, name) => {
      if (typeof (value as Partial<FakeScheduler> | null)?.eventLoop !== 'function') {
        throw wrongType(name, 'a FakeScheduler', value);
      }
      return value as FakeScheduler;
    },
    stack: (value) => value as FakeStack,
  });
}

/** Keeps what was given, whatever the check makes of it. */
const faultSwitch: Field<boolean> = (value, name) => {
  if (typeof value !== 'boolean' && typeof value !== 'function') {
    throw wrongType(name, 'a boolean or a function', value);
  }
  return value as boolean;
};

const turns = integer(0, MAX_UINT32, 'turns');

const delay: Field<NonNullable<FaultOptions['delay']>> = (value, name) => {
  type Delay = NonNullable<FaultOptions['delay']>;
  const given = readOptions<Delay>(value, name, {
    min: turns,
    max: turns,
    only: faultSwitch as Field<never>,
  });
  const { min, max } = given;
  if (min === undefined || max === undefined) throw wrongType(name, 'an object with min and max', value);
  if (min > max) throw outOfRange(`${name}.max`, `${min} or more turns, as ${name}.min is`, max);
  return value as Delay;
};

const FAULTS: { readonly [K in keyof FaultOptions]-?: Field<FaultOptions[K] | undefined> } = {
  onCall: callback as Field<never>,
  neverAcknowledgeClose: faultSwitch,
  throwInClose: faultSwitch,
  throwInCreate: faultSwitch,
  closeDuring: faultSwitch,
  fireAfterClose: faultSwitch,
  drop: faultSwitch,
  delay,
  reorder: faultSwitch,
  block: faultSwitch,
  failToConnect: faultSwitch,
  iceFailed: faultSwitch,
  sendThrows: faultSwitch,
  neverConfirmReset: faultSwitch,
  cleanupThrows: (value, name) => (typeof value === 'string' ? value : boolean(value, name)),
  cleanupBlocksMs: checkTimeout,
};
