import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type BatchObservableResult, metrics } from '@opentelemetry/api';
import { membersOf } from '../diagnostics/node-snapshot.js';
import type { RtcWarning } from '../diagnostics/warning.js';
import type { TeardownReport } from '../scope/teardown-report.js';
import { checkTelemetryOptions, type TelemetryOptions } from './telemetry-options.js';

const WARNING_CHANNEL = 'scoped-rtc:warning';
/** Seconds: a handle drains within milliseconds, or until its deadline. */
const BOUNDARIES = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * Measures a runtime with OpenTelemetry. Figures are read when the metrics reader asks for them; per message nothing
 * is done. Dispose the result to end it. The instruments are listed in docs/diagnostics.md.
 */
export function instrumentRuntime(options: TelemetryOptions = {}): Disposable {
  const { runtime, meter = metrics.getMeter('scoped-rtc') } = checkTelemetryOptions(options);
  const handles = meter.createObservableGauge('scoped_rtc.handles', {
    description: 'Handles that live, by kind and state',
    unit: '{handle}',
  });
  const io = meter.createObservableCounter('scoped_rtc.io', {
    description: 'Payload that went through channels',
    unit: 'By',
  });
  const messages = meter.createObservableCounter('scoped_rtc.messages', {
    description: 'Messages that went through channels',
    unit: '{message}',
  });
  const cleanups = meter.createObservableCounter('scoped_rtc.cleanups', {
    description: 'Global cleanups of the native library',
    unit: '{cleanup}',
  });
  const threads = meter.createObservableGauge('scoped_rtc.threads', {
    description: 'Threads of the native library, by name; Linux only',
    unit: '{thread}',
  });
  const advice = { unit: 's', advice: { explicitBucketBoundaries: BOUNDARIES } };
  const teardowns = meter.createHistogram('scoped_rtc.teardown.duration', {
    description: 'A whole teardown, by its worst outcome',
    ...advice,
  });
  const drains = meter.createHistogram('scoped_rtc.drain.duration', {
    description: 'Draining one handle, by kind',
    ...advice,
  });
  const releases = meter.createHistogram('scoped_rtc.release.duration', {
    description: 'Releasing one member of the tree after it was drained, by kind and outcome',
    ...advice,
  });
  const undelivered = meter.createCounter('scoped_rtc.undelivered', {
    description: 'Messages whose arrival was not confirmed, or that nobody read, when their channel ended',
    unit: '{message}',
  });
  const warnings = meter.createCounter('scoped_rtc.warnings', {
    description: 'Warnings of this process, by code',
    unit: '{warning}',
  });

  const handleCounts = new Counts('kind', 'state');
  const threadCounts = new Counts('name');
  const observables = [handles, io, messages, cleanups, threads];
  const observe = (result: BatchObservableResult): void => {
    const { scopes, traffic, cleanups: done } = runtime.snapshot();
    handleCounts.reset();
    for (const { node } of membersOf(scopes)) {
      if (node.age !== undefined) handleCounts.add(node.kind, node.state);
    }
    handleCounts.each((value, attributes) => result.observe(handles, value, attributes));
    result.observe(io, traffic.bytesSent, { direction: 'transmit' });
    result.observe(io, traffic.bytesReceived, { direction: 'receive' });
    result.observe(messages, traffic.messagesSent, { direction: 'transmit' });
    result.observe(messages, traffic.messagesReceived, { direction: 'receive' });
    result.observe(cleanups, done);
    const { supported, names } = runtime.threads();
    if (!supported) return;
    threadCounts.reset();
    for (const name of names) threadCounts.add(name);
    threadCounts.each((value, attributes) => result.observe(threads, value, attributes));
  };
  meter.addBatchObservableCallback(observe, observables);

  const torndown = runtime.subscribe('teardown', (report) => {
    const last = report.at(-1);
    if (!last) return;
    teardowns.record(last.endedAt / 1000, { outcome: worst(report) });
    for (const { kind, outcome, ms, drainMs, undelivered: lost } of report) {
      if (drainMs > 0) drains.record(drainMs / 1000, { kind });
      releases.record(Math.max(0, ms - drainMs) / 1000, { kind, outcome });
      if (lost > 0) undelivered.add(lost, { kind });
    }
  });
  const onWarning = (message: unknown): void => warnings.add(1, { code: (message as RtcWarning).code });
  // Not the runtime's event: who listens to that takes the warnings off the process's own output.
  subscribe(WARNING_CHANNEL, onWarning);

  return {
    [Symbol.dispose]() {
      meter.removeBatchObservableCallback(observe, observables);
      torndown.unsubscribe();
      unsubscribe(WARNING_CHANNEL, onWarning);
    },
  };
}

function worst(report: TeardownReport): 'closed' | 'forced' | 'failed' {
  if (report.some(({ outcome }) => outcome === 'failed')) return 'failed';
  return report.some(({ outcome }) => outcome === 'forced') ? 'forced' : 'closed';
}

/**
 * How many there are of each combination. A combination that was there once is reported as 0 ever after: a gauge
 * keeps its value.
 */
class Counts {
  readonly #names: readonly string[];
  readonly #counts = new Map<string, number>();

  constructor(...names: string[]) {
    this.#names = names;
  }

  reset(): void {
    for (const key of this.#counts.keys()) this.#counts.set(key, 0);
  }

  add(...values: string[]): void {
    const key = values.join('\n');
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  each(report: (count: number, attributes: Record<string, string>) => void): void {
    for (const [key, count] of this.#counts) {
      const values = key.split('\n');
      report(count, Object.fromEntries(this.#names.map((name, at) => [name, values[at] ?? ''])));
    }
  }
}
