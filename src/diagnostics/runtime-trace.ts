import { bindingVersion, ownVersion } from '../native/packages.js';
import type { TraceEvent } from './event-log.js';
import type { RuntimeSnapshot } from './snapshot.js';
import type { Trace, TracedTeardown, TracedWarning } from './trace.js';

/** What happened in a runtime, as one document: JSON without secrets, which the inspector's page opens again. */
export interface RuntimeTrace {
  readonly format: 'scoped-rtc trace';
  /** Version of the format; a change that breaks readers raises it. */
  readonly version: 1;
  readonly madeAt: number;
  /** When recording began, in milliseconds since the epoch; `null` where nothing was recorded. */
  readonly recordedSince: number | null;
  /** Events that were recorded and are not kept any more. */
  readonly forgotten: number;
  readonly process: {
    readonly pid: number;
    readonly node: string;
    readonly platform: string;
    readonly package: string | undefined;
    readonly binding: string | undefined;
  };
  readonly events: readonly TraceEvent[];
  readonly warnings: readonly TracedWarning[];
  readonly teardowns: readonly TracedTeardown[];
  /** What is open now, with details. */
  readonly snapshot: RuntimeSnapshot;
}

export function runtimeTrace(trace: Trace, snapshot: RuntimeSnapshot): RuntimeTrace {
  const events = trace.eventsAfter(0);
  return {
    format: 'scoped-rtc trace',
    version: 1,
    madeAt: Date.now(),
    recordedSince: trace.since ?? null,
    forgotten: trace.count - events.length,
    process: {
      pid: process.pid,
      node: process.version,
      platform: `${process.platform}-${process.arch}`,
      package: ownVersion(),
      binding: bindingVersion(),
    },
    events,
    warnings: [...trace.warnings],
    teardowns: [...trace.teardowns],
    snapshot,
  };
}
