import { type PeerConnection, RtcRuntime, type RtcScope } from 'scoped-rtc';
import { afterAll, describe, expect, it } from 'vitest';
import { Child } from '../support/child.js';
import { wireToChild } from '../support/child-peer.js';
import { within } from '../support/event.js';
import { unannouncedPair } from '../support/unannounced-peers.js';
import { nothingLeft } from '../support/nothing-left.js';

const KEEPALIVE = { interval: 500, timeout: 1500 };

/** A connection with `keepalive` to a peer in a process of its own, with an open channel. */
async function withPeer(
  kind: 'ours' | 'raw',
  use: (alice: PeerConnection, child: Child, scope: RtcScope) => Promise<void>,
): Promise<void> {
  const child = new Child(new URL('programs/silent-peer.ts', import.meta.url), [kind], { channel: true });
  try {
    const scope = RtcRuntime.acquire('keepalive', { timeout: 1500 });
    try {
      const alice = scope.createPeerConnection('alice', { keepalive: KEEPALIVE });
      wireToChild(alice, child);
      await alice.createDataChannel('chat').opened({ timeout: 60_000 });
      await use(alice, child, scope);
    } finally {
      await scope.disposeAsync();
    }
  } finally {
    child.kill('SIGCONT');
    child.kill('SIGKILL');
    await child.ended;
  }
}

// Several run at the same time, so what is left is seen when all have ended.
afterAll(() => nothingLeft());

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe.concurrent.each(['ours', 'raw'] as const)('a peer that runs %s', (kind) => {
  it('and vanishes is noticed, and reported as unreachable', () =>
    withPeer(kind, async (alice, child) => {
      await pause(2 * KEEPALIVE.timeout); // idle and well: nobody minds
      expect(alice.state).toBe('open');
      const reported: Error[] = [];
      alice.on('error', (error) => reported.push(error));
      child.kill('SIGSTOP');
      // The library would need 13 s and more.
      const info = await alice.closed({ timeout: 10_000 });
      expect(info).toMatchObject({ by: 'error', reason: { code: 'RTC_PEER_UNREACHABLE' } });
      expect(reported).toEqual([info.reason]);
    }));

  it('and is busy for longer than that is not taken for one that has vanished', () =>
    withPeer(kind, async (alice, child) => {
      const unblocked = new Promise<void>((resolve) =>
        child.on('message', (message: { unblocked?: true }) => message.unblocked && resolve()),
      );
      child.send({ block: 3 * KEEPALIVE.timeout });
      await within(unblocked, 'the end of the busy loop');
      expect(alice.state).toBe('open');
    }));
});

it('a peer is not taken for one that has vanished because this process was busy', () =>
  withPeer('ours', (ours) =>
    withPeer('raw', async (raw) => {
      const until = performance.now() + 2 * KEEPALIVE.timeout;
      while (performance.now() < until);
      await pause(KEEPALIVE.timeout);
      expect([ours.state, raw.state]).toEqual(['open', 'open']);
    }),
  ));

it('a peer that is well is left alone, idle or busy, and what asks it does not pile up', async () => {
  await using rtc = RtcRuntime.acquire('app');
  // A machine that starves the library's thread for as long as the timeout is a peer that is not well.
  const config = { keepalive: { interval: 100, timeout: 1000 } };
  const { alice, bob, near, far } = await unannouncedPair(rtc, 'chat', config);
  far.on('message', () => {});
  await pause(500);
  const { held, retained } = RtcRuntime.shared.snapshot().natives;
  await pause(3000);
  const after = RtcRuntime.shared.snapshot().natives;
  // Sixty were asked. Four of either side may be out.
  expect(after.held).toBeLessThanOrEqual(held + 8);
  expect(after.retained).toBeLessThanOrEqual(retained + 8);
  const until = performance.now() + 3000;
  while (performance.now() < until) await near.send(Buffer.alloc(60_000));
  expect([alice.state, bob.state]).toEqual(['open', 'open']);
});

it('is given as milliseconds, the interval at most half of the timeout', async () => {
  await using rtc = RtcRuntime.acquire('app');
  const make = (keepalive: unknown) => () => rtc.createPeerConnection('x', { keepalive: keepalive as never });
  expect(make({ interval: 2000, timeout: 3000 })).toThrow(RangeError);
  expect(make({ interval: 1.5 })).toThrow(RangeError);
  expect(make({ intervall: 1000 })).toThrow('config.keepalive.intervall is not a known option');
  expect(make(3000)).toThrow(TypeError);
  expect(make({ timeout: 3000 })).not.toThrow();
  expect(make({})).not.toThrow();
});
