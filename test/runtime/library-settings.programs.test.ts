import { type RtcLogEntry, RtcRuntime } from 'scoped-rtc';
import { createFakeBinding } from 'scoped-rtc/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { connectedPair } from '../support/connected-pair.js';
import { SCTP_DEFAULTS } from '../../src/native/validate/library-settings.js';
import { runChild } from '../support/child.js';
import { until } from '../support/event.js';
import { nothingLeft } from '../support/nothing-left.js';

const program = new URL('./programs/logging.ts', import.meta.url);

describe('what the library logs', () => {
  it.each([
    ['none', 0, []],
    ['channel', 1, ['Warning']],
    ['level', 10, ['Debug', 'Verbose']],
    ['logger', 10, ['Debug']],
  ])('goes nowhere but where it is asked for, in every generation: %s', async (way, least, levels) => {
    const ended = await runChild(program, [way]);
    expect(ended, ended.stderr).toMatchObject({ code: 0, signal: null, stderr: '' });
    // One line of figures and one for the end: the library itself has printed nothing.
    expect(ended.lines).toHaveLength(2);
    const [figures] = ended.lines as unknown as [{ counts: number[]; levels: string[] }];
    expect(figures).toMatchObject({ cleanups: 2, threads: 0 });
    for (const count of figures.counts) {
      if (least === 0) expect(count).toBe(0);
      else expect(count).toBeGreaterThanOrEqual(least);
    }
    expect(figures.levels).toEqual(expect.arrayContaining(levels));
    if (way === 'logger') expect(figures.levels).not.toContain('Verbose');
    expect(ended.exitedByItself).toBe(true);
  });

  it('is filtered and exchanged while the library is in use', async () => {
    const first: RtcLogEntry[] = [];
    const second: RtcLogEntry[] = [];
    const runtime = new RtcRuntime({ logger: (entry) => first.push(entry), logLevel: 'Debug' });
    await using scope = runtime.scope('app');
    scope.createPeerConnection('alice').createDataChannel('chat');
    await until(() => first.length > 3, 'the first lines');
    runtime.setLogger((entry) => second.push(entry), 'Info');
    const reported = first.length;
    await connectedPair(scope);
    await until(() => second.length > 0, 'the second lines');
    expect(first.length).toBe(reported);
    expect(second.map((entry) => entry.level)).not.toContain('Debug');
  });
});

describe('a logger that throws', () => {
  it('is an uncaught error, and no crash', async () => {
    const ended = await runChild(new URL('./programs/logger-throws.ts', import.meta.url));
    expect(ended, ended.stderr).toMatchObject({ code: 1, signal: null });
    expect(ended.stderr).toContain('the logger broke');
  });
});

describe('SCTP settings', () => {
  afterEach(() => RtcRuntime.shared.setSctpSettings({}));

  it('are applied when the library is first used, and at once while it is in use', async () => {
    const binding = createFakeBinding();
    const reported: unknown[] = [];
    binding.setSctpSettings = (settings) => void reported.push(settings);
    const runtime = new RtcRuntime({ native: binding, sctp: { sendBufferSize: 500_000 } });
    expect(reported).toEqual([]);
    await using scope = runtime.scope('app');
    scope.createPeerConnection('alice');
    runtime.setSctpSettings({ delayedSackTime: 100 });
    expect(reported).toEqual([
      { ...SCTP_DEFAULTS, sendBufferSize: 500_000 },
      { ...SCTP_DEFAULTS, delayedSackTime: 100 },
    ]);
    expect(() => runtime.setSctpSettings({ delayedSackTime: 501 })).toThrow(/settings.delayedSackTime/);
  });

  it('reach the real library: messages arrive through a small window', async () => {
    RtcRuntime.shared.setSctpSettings({ recvBufferSize: 100_000, sendBufferSize: 100_000 });
    await using scope = RtcRuntime.acquire('sctp');
    const { near, far } = await connectedPair(scope);
    let bytes = 0;
    far.on('message', (message) => (bytes += message.length));
    for (let n = 0; n < 100; n++) await near.send(Buffer.alloc(50_000));
    await until(() => bytes === 5_000_000, 'five megabytes');
  });
});

describe('the SCTP settings of a process', () => {
  const asked = { ...SCTP_DEFAULTS, sendBufferSize: 2_000_000 };

  it.each([
    ['are set once where this package loads the library', 'ours', [SCTP_DEFAULTS]],
    ['stay as they are where other code has loaded it', 'after', [{ recvBufferSize: 300_000 }]],
    ['are set, also then, by a program that asks for it', 'asked', [asked, asked]],
  ])('%s', async (_, way, set) => {
    const ended = await runChild(new URL('./programs/sctp-neighbour.ts', import.meta.url), [way]);
    expect(ended, ended.stderr).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(ended.lines).toEqual([{ set }]);
  });
});

describe('preload', () => {
  it('starts the threads, and the end of the scope stops them', async () => {
    const runtime = new RtcRuntime();
    expect(() => runtime.preload()).toThrow(expect.objectContaining({ code: 'RTC_INVALID_STATE' }));
    const scope = runtime.scope('app');
    runtime.preload();
    // A thread names itself when it first runs, which may be a moment after it was made.
    if (runtime.threads().supported) await until(() => runtime.threads().count > 0, "the library's threads");
    await scope.disposeAsync();
    await nothingLeft(runtime);
    expect(runtime.cleanups).toBe(1);
  });
});
