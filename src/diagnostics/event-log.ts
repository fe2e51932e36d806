import { placeOf } from './creation-place.js';
import type { DescribedError } from './described-error.js';

/** Something that happened in a runtime. */
export interface TraceEvent {
  /** Counts the events of a runtime from 1. */
  readonly n: number;
  /** Milliseconds since the epoch, with fractions. */
  readonly at: number;
  /**
   * `create`, `open`, `closing` and `close` of handles, `scope`; `state`, `description`, `candidate` and `waited` (in vain)
   * of connections; `teardown`, `cleanup`, `warning`.
   */
  readonly type: TraceEventType;
  readonly path?: string;
  readonly kind?: string;
  /** What it was, in a few words: `ice checking`, `local host udp 192.0.2.1:50000`. */
  readonly text?: string;
  /** Where a handle was made, as `file:line:column`, with `SCOPED_RTC_TRACE=1`. */
  readonly place?: string;
  /** Milliseconds that it took until `at`. */
  readonly ms?: number;
  readonly error?: DescribedError;
}

export type TraceEventType =
  | 'scope'
  | 'create'
  | 'open'
  | 'closing'
  | 'close'
  | 'state'
  | 'description'
  | 'candidate'
  | 'waited'
  | 'teardown'
  | 'cleanup'
  | 'warning';

/** The latest events, a bounded number of them. */
export class EventLog {
  /** Becomes a ring when it is full. */
  readonly #events: (TraceEvent & { readonly creation?: Error })[] = [];
  #count = 0;

  /** Events so far, those included that are not kept any more. */
  get count(): number {
    return this.#count;
  }

  /** Its number. `creation`: an error whose stack says where; its text is made when somebody reads it. */
  add(event: Omit<TraceEvent, 'n' | 'at'>, creation?: Error): number {
    const n = ++this.#count;
    const full = { n, at: performance.timeOrigin + performance.now(), ...event };
    this.#events[(n - 1) % MOST_EVENTS] = creation ? { ...full, creation } : full;
    return n;
  }

  /** What is kept of the events after number `n`, the oldest first. */
  since(n: number): TraceEvent[] {
    const events: TraceEvent[] = [];
    const first = Math.max(n, this.#count - MOST_EVENTS);
    for (let index = first; index < this.#count; index++) events.push(this.#read(index % MOST_EVENTS));
    return events;
  }

  #read(index: number): TraceEvent {
    const { creation, ...event } = this.#events[index]!;
    if (!creation) return this.#events[index]!;
    const place = placeOf(creation.stack);
    const read = place === undefined ? event : { ...event, place };
    this.#events[index] = read;
    return read;
  }
}

/** Some 360 bytes each (measured): 1.5 MB when it is full; with `SCOPED_RTC_TRACE=1` up to 1 kB more for each `create`. */
const MOST_EVENTS = 4096;
