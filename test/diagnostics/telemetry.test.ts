import {
  AggregationTemporality,
  type DataPoint,
  type Histogram,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { RtcError, RtcRuntime } from 'scoped-rtc';
import { expect, it } from 'vitest';
import { instrumentRuntime } from '../../src/telemetry/index.js';
import { createFakeBinding, loopbackPair } from '../../src/testing/index.js';
import { take, until } from '../support/event.js';

const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
const provider = new MeterProvider({ readers: [reader] });
const meter = provider.getMeter('test');

async function collect(): Promise<(name: string) => DataPoint<number | Histogram>[]> {
  exporter.reset();
  await reader.forceFlush();
  const all = exporter
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics));
  return (name) =>
    (all.find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? []) as DataPoint<number>[];
}

const valueOf = (points: DataPoint<number | Histogram>[], attributes: object) =>
  points.find((point) => Object.entries(attributes).every(([key, value]) => point.attributes[key] === value))
    ?.value;

it('measures handles, traffic, teardowns, cleanups and threads of the real library', async () => {
  const runtime = RtcRuntime.shared;
  using _telemetry = instrumentRuntime({ meter });
  const cleanupsBefore = runtime.cleanups;
  const scope = runtime.scope('measured');
  const before = await collect();
  const { near, far } = await loopbackPair(scope);
  for (let n = 0; n < 10; n++) await near.send('x'.repeat(100));
  await take(far, 10);

  const live = await collect();
  /** What has been counted since the test began: other tests ran in this process. */
  const counted = (now: typeof live, name: string, direction: string) =>
    Number(valueOf(now(name), { direction })) - Number(valueOf(before(name), { direction }) ?? 0);
  const open = { state: 'open' };
  expect(valueOf(live('scoped_rtc.handles'), { kind: 'PeerConnection', ...open })).toBe(2);
  expect(valueOf(live('scoped_rtc.handles'), { kind: 'DataChannel', ...open })).toBe(2);
  expect(counted(live, 'scoped_rtc.io', 'transmit')).toBe(1000);
  expect(counted(live, 'scoped_rtc.io', 'receive')).toBe(1000);
  expect(counted(live, 'scoped_rtc.messages', 'receive')).toBe(10);
  if (runtime.threads().supported) {
    // A thread has its name a moment after it began.
    const workers = () => runtime.threads().names.filter((name) => name === 'RTC worker').length;
    await until(() => workers() >= 2, 'the names of the threads');
    const named = await collect();
    expect(valueOf(named('scoped_rtc.threads'), { name: 'RTC worker' })).toBeGreaterThanOrEqual(2);
  }
  await scope.disposeAsync();

  const after = await collect();
  expect(valueOf(after('scoped_rtc.handles'), { kind: 'DataChannel', ...open })).toBe(0);
  // A counter does not forget what went through channels that are gone.
  expect(counted(after, 'scoped_rtc.io', 'transmit')).toBe(1000);
  expect(counted(after, 'scoped_rtc.messages', 'transmit')).toBe(10);
  expect(valueOf(after('scoped_rtc.cleanups'), {})).toBe(cleanupsBefore + 1);
  if (runtime.threads().supported)
    expect(valueOf(after('scoped_rtc.threads'), { name: 'RTC worker' })).toBe(0);
  const teardown = valueOf(after('scoped_rtc.teardown.duration'), { outcome: 'closed' }) as Histogram;
  expect(teardown.count).toBeGreaterThanOrEqual(1);
  expect(teardown.sum).toBeGreaterThan(0);
  const drain = valueOf(after('scoped_rtc.drain.duration'), { kind: 'DataChannel' }) as Histogram;
  expect(drain.count).toBeGreaterThanOrEqual(1);
  const release = valueOf(after('scoped_rtc.release.duration'), { kind: 'PeerConnection' }) as Histogram;
  expect(release.count).toBe(2);
  const connected = valueOf(after('scoped_rtc.connect.duration'), { outcome: 'connected' }) as Histogram;
  expect(connected.count).toBe(2);
  expect(connected.sum).toBeGreaterThan(0);
  expect((valueOf(after('scoped_rtc.rtt'), {}) as Histogram).count).toBeGreaterThanOrEqual(1);
});

it('counts connections that failed or were closed before they were up, and messages by what became of them', async () => {
  const runtime = new RtcRuntime({ native: createFakeBinding() });
  using _telemetry = instrumentRuntime({ meter, runtime });
  const scope = runtime.scope('failing');
  await scope.createPeerConnection('closed').close();
  await scope.createPeerConnection('aborted').abort(new RtcError('RTC_TIMEOUT', 'nobody is there'));
  await scope.createPeerConnection('a').abort(new TypeError('of the application'));
  const { near } = await loopbackPair(scope);
  await near.send('nobody takes this');
  await scope.disposeAsync();
  const read = await collect();
  const outcomes = read('scoped_rtc.connect.duration').map(({ attributes }) => attributes);
  expect(outcomes).toEqual(
    expect.arrayContaining([
      { outcome: 'closed' },
      { outcome: 'failed', 'error.type': 'RTC_TIMEOUT' },
      { outcome: 'failed', 'error.type': 'TypeError' },
    ]),
  );
  expect(valueOf(read('scoped_rtc.unread'), { kind: 'DataChannel' })).toBe(1);
  expect(valueOf(read('scoped_rtc.undelivered'), { kind: 'DataChannel' })).toBeUndefined();
});

it('counts warnings without taking them off the runtime, and stops when it is disposed', async () => {
  const runtime = new RtcRuntime();
  const received: string[] = [];
  using _heard = runtime.subscribe('warning', ({ code }) => received.push(code));
  const telemetry = instrumentRuntime({ meter, runtime });
  await runtime.scope('cycle').run((scope) => {
    const pc = scope.createPeerConnection();
    expect(() => pc.dependsOn(pc)).toThrow('itself');
  });
  const before = await collect();
  expect(valueOf(before('scoped_rtc.warnings'), { code: 'RTC_DEPENDENCY_CYCLE' })).toBe(1);
  expect(received).toEqual(['RTC_DEPENDENCY_CYCLE']);
  telemetry[Symbol.dispose]();
  await runtime.scope('cycle').run((scope) => {
    const pc = scope.createPeerConnection();
    expect(() => pc.dependsOn(pc)).toThrow('itself');
  });
  const after = await collect();
  expect(valueOf(after('scoped_rtc.warnings'), { code: 'RTC_DEPENDENCY_CYCLE' })).toBe(1);
});

it('refuses wrong options by name', () => {
  expect(() => instrumentRuntime({ meter: 'm' as never })).toThrow(/options\.meter must be a Meter/);
  expect(() => instrumentRuntime({ runtime: {} as never })).toThrow(/options\.runtime must be an RtcRuntime/);
  expect(() => instrumentRuntime({ other: 1 } as never)).toThrow(/options\.other is not a known option/);
});
