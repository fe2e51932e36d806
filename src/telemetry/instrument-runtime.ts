import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import {
  type Attributes,
  type BatchObservableResult,
  type Histogram,
  metrics,
  type Meter,
} from '@opentelemetry/api';
import { membersOf } from '../diagnostics/snapshot.js';
import type { RtcWarning } from '../diagnostics/warning.js';
import type { TeardownReport } from '../scope/teardown-report.js';
import { wrongType, readOptions } from '../arguments/argument.js';
import { RtcRuntime } from '../runtime/rtc-runtime.js';

export interface TelemetryOptions {
  /** The runtime to measure. Default: the shared runtime. */
  runtime?: RtcRuntime | undefined;
  /** The meter that makes the instruments. Default: `metrics.getMeter('scoped-rtc')` of the global provider. */
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

const WARNING_CHANNEL = 'scoped-rtc:warning';
const CREATED_CHANNEL = 'scoped-rtc:handle:create';
const OPENED_CHANNEL = 'scoped-rtc:handle:open';
const CLOSED_CHANNEL = 'scoped-rtc:handle:close';
/** Bucket boundaries in seconds. A handle drains within milliseconds, or until its deadline. */
const BOUNDARIES = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * Measures a runtime with OpenTelemetry. The figures are read when the metrics reader collects them, so messages cost
 * nothing. Dispose the result to stop measuring. The instruments are listed in docs/diagnostics.md.
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
  const connects = meter.createHistogram('scoped_rtc.connect.duration', {
    description: 'From making a connection until it is up, or until it has ended without, by outcome',
    ...advice,
  });
  const roundTrips = meter.createHistogram('scoped_rtc.rtt', {
    description: 'Round-trip time of each open connection whenever the figures are read',
    ...advice,
  });
  const counterOf = (name: string, description: string) =>
    meter.createCounter(`scoped_rtc.${name}`, { description, unit: '{message}' });
  const undelivered = counterOf('undelivered', 'Messages that did not arrive when their channel ended');
  const unconfirmed = counterOf('unconfirmed', 'Messages that may or may not have arrived');
  const unread = counterOf('unread', 'Messages that arrived and that nobody took');
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
      if (node.rtt !== undefined && node.state === 'open') roundTrips.record(node.rtt / 1000);
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
    for (const { kind, outcome, ms, drainMs, ...lost } of report) {
      if (drainMs > 0) drains.record(drainMs / 1000, { kind });
      releases.record(Math.max(0, ms - drainMs) / 1000, { kind, outcome });
      if (lost.undelivered > 0) undelivered.add(lost.undelivered, { kind });
      if (lost.unconfirmed.messages > 0) unconfirmed.add(lost.unconfirmed.messages, { kind });
      if (lost.unread > 0) unread.add(lost.unread, { kind });
    }
  });
  const onWarning = (message: unknown): void => warnings.add(1, { code: (message as RtcWarning).code });
  // Not the runtime's `warning` event: with a listener there, warnings are no longer written to stderr.
  subscribe(WARNING_CHANNEL, onWarning);
  const attempts = connectAttempts(connects);

  return {
    [Symbol.dispose]() {
      meter.removeBatchObservableCallback(observe, observables);
      torndown.unsubscribe();
      unsubscribe(WARNING_CHANNEL, onWarning);
      attempts[Symbol.dispose]();
    },
  };
}

/** A message of the diagnostics channels of handles. */
interface HandleMessage {
  readonly path: string;
  readonly kind: string;
  /** Why the handle has closed: only in the message about its close, and only after an error. */
  readonly reason?: unknown;
}

/** Records how long each connection of this process takes to connect, and how those that never connect end. */
function connectAttempts(durations: Histogram): Disposable {
  const began = new Map<string, number>();
  const ended = (message: HandleMessage, attributes: Attributes) => {
    const since = began.get(message.path);
    if (since === undefined || !began.delete(message.path)) return;
    durations.record((performance.now() - since) / 1000, attributes);
  };
  const listeners: [channel: string, listener: (message: HandleMessage) => void][] = [
    [CREATED_CHANNEL, ({ kind, path }) => kind === 'PeerConnection' && began.set(path, performance.now())],
    [OPENED_CHANNEL, (message) => ended(message, { outcome: 'connected' })],
    [
      CLOSED_CHANNEL,
      (message) => {
        const { reason } = message;
        if (reason === undefined) ended(message, { outcome: 'closed' });
        else ended(message, { outcome: 'failed', 'error.type': errorType(reason) });
      },
    ],
  ];
  for (const [channel, listener] of listeners) subscribe(channel, listener as (message: unknown) => void);
  return {
    [Symbol.dispose]() {
      for (const [channel, listener] of listeners)
        unsubscribe(channel, listener as (message: unknown) => void);
    },
  };
}

/** The code of an error, or else its name: an attribute should have few values. */
function errorType(reason: unknown): string {
  const { code, name } = reason as { code?: unknown; name?: unknown };
  return typeof code === 'string' ? code : typeof name === 'string' ? name : '_OTHER';
}

function worst(report: TeardownReport): 'closed' | 'forced' | 'failed' {
  if (report.some(({ outcome }) => outcome === 'failed')) return 'failed';
  return report.some(({ outcome }) => outcome === 'forced') ? 'forced' : 'closed';
}

/**
 * Counts occurrences of each combination of attributes. A combination that has occurred is reported as 0 from then on,
 * because a gauge keeps its last value.
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
