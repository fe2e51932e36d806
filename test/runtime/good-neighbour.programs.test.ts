import { RtcRuntime } from 'scoped-rtc';
import { createFakeBinding } from 'scoped-rtc/testing';
import { describe, expect, it } from 'vitest';
import { runChild } from '../support/child.js';

const program = new URL('./programs/neighbour.ts', import.meta.url);
const manual = new URL('./programs/manual-cleanup.ts', import.meta.url);

interface HandleEnd {
  readonly path: string;
  readonly closes: number;
  readonly errors: number;
  readonly by: string;
  readonly reason?: string;
}

/** Moments at which every handle is alive, so that every one is killed; then those at which some are closing. */
const ALIVE = ['new', 'gathering', 'connecting', 'open', 'sending', 'waiting', 'handler', 'stateHandler'];
const MIXED = ['incoming', 'twice', 'draining', 'teardown', 'disposer', 'peerClosed', 'channelClosedByPeer'];

async function run(moment: string) {
  const ended = await runChild(program, [moment]);
  expect(ended, ended.stderr).toMatchObject({ code: 0, signal: null });
  expect(ended.exitedByItself).toBe(true);
  const reported = Object.assign({}, ...ended.lines) as {
    handles: HandleEnd[];
    warnings: string[];
    send?: string;
  };
  expect(reported).toMatchObject({
    again: 'the next acquire works',
    state: 'idle',
    left: { threads: [], held: 0, retained: 0 },
  });
  expect(reported.handles.length).toBeGreaterThan(0);
  for (const { closes } of reported.handles) expect(closes).toBe(1);
  return reported;
}

describe('cleanup() by other code in the process', () => {
  it.concurrent.each(ALIVE)(
    '%s: every handle ends by error, once, and a warning says why',
    async (moment) => {
      const { handles, warnings, send } = await run(moment);
      // What a killed handle owned went with it.
      for (const { by, reason, path } of handles) {
        const owned = path.split('/').length > 2;
        expect({ path, by }).toEqual({ path, by: owned ? 'owner' : 'error' });
        expect(reason).toBe('RTC_NATIVE');
      }
      expect(warnings).toContain('RTC_FOREIGN_CLEANUP');
      if (moment === 'waiting') expect(send).toBe('RTC_NATIVE');
    },
  );

  it.concurrent.each(MIXED)('%s: every handle ends, once', async (moment) => {
    const { handles } = await run(moment);
    for (const { by } of handles) expect(['error', 'local', 'owner', 'remote']).toContain(by);
  });

  it('after our own: nothing of ours is left to end, so there is no warning', async () => {
    const { handles, warnings } = await run('after');
    for (const { by } of handles) expect(by).toBe('owner');
    expect(warnings).toEqual([]);
  });
});

describe("cleanup: 'manual'", () => {
  it("leaves the neighbour's connection alive after our scopes end, and shutdown() cleans up", async () => {
    const ended = await runChild(manual, ['manual']);
    expect(ended, ended.stderr).toMatchObject({ code: 0, signal: null });
    expect(Object.assign({}, ...ended.lines)).toMatchObject({
      afterScope: { cleanups: 0, held: 0, state: 'connected' },
      answer: 'still here',
      afterShutdown: { cleanups: 1, threads: [] },
    });
    expect(ended.exitedByItself).toBe(true);
  });
});

describe('a scope that makes nothing', () => {
  it("leaves the neighbour's connection alive, also after one that had used the library", async () => {
    const ended = await runChild(manual, ['emptyScope']);
    expect(ended, ended.stderr).toMatchObject({ code: 0, signal: null });
    expect(Object.assign({}, ...ended.lines)).toMatchObject({
      answer: 'still here',
      cleanups: 1,
      threads: [],
    });
    expect(ended.exitedByItself).toBe(true);
  });

  it('does not clean up after a connection whose servers were still being looked up, either', async () => {
    const native = createFakeBinding();
    const runtime = new RtcRuntime({ native, resolveName: () => new Promise(() => {}) });
    await runtime.scope('named').run((rtc) => {
      rtc.createPeerConnection('pc', { iceServers: ['stun:stun.example:3478'] }).createDataChannel('chat');
    });
    expect(native.created.PeerConnection).toBe(0);
    expect(native.cleanups).toBe(0);
  });

  it('does not clean up, whichever runtime has used the library before', async () => {
    const native = createFakeBinding();
    const [one, two] = [new RtcRuntime({ native }), new RtcRuntime({ native, cleanup: 'manual' })];
    await one.scope('used').run((rtc) => void rtc.createPeerConnection('pc'));
    await two.scope('used').run((rtc) => void rtc.createPeerConnection('pc'));
    expect(native.cleanups).toBe(1);
    await one.scope('empty').run(() => {});
    expect(native.cleanups).toBe(1);
    await two.shutdown();
    expect(native.cleanups).toBe(2);
  });
});
