import { type PeerConnection, RtcRuntime } from 'scoped-rtc';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { burst, numbered, type Seen } from './numbered.js';
import { PeerProcess } from './peer-process.js';
import { nothingLeft } from '../support/nothing-left.js';

const BURSTS = [
  { count: 3000, size: 100 },
  { count: 10, size: 100_000 },
  { count: 2000, size: 60_000 },
] as const;

/** Milliseconds that the slow peer's event loop is blocked, and how many messages it takes between two such times. */
const SLOW = { block: 100, every: 300 };

let peer: PeerProcess;
let ids = 0;

beforeAll(() => {
  peer = new PeerProcess();
});
afterAll(async () => {
  expect(await peer.end()).toBe(0);
});
afterEach(async () => {
  await nothingLeft();
});

/**
 * Runs `body` with a connection to the peer, leaves the scope at once, and returns how many messages the peer got on each channel.
 * Not in which order: this end speaks first, so that the first may change places while the channel is accepted (upstream.md, 15).
 */
async function leaving(
  slow: boolean,
  body: (pc: PeerConnection) => Promise<void>,
): Promise<Record<string, number>> {
  const id = `leaving-${++ids}`;
  await peer.call('connect', { id, ...(slow ? SLOW : {}) });
  // No deadline of ten seconds: a starved machine needs longer for 120 MB.
  await RtcRuntime.acquire(id, { timeout: 100_000 }).run(async (scope) => {
    const pc = scope.createPeerConnection('alice', { bindAddress: '127.0.0.1' });
    const first = pc.createDataChannel('first');
    await pc.negotiate(peer.signaling(id));
    await first.opened();
    await body(pc);
  });
  const seen = Object.entries(await peer.call<Record<string, Seen>>('seen', { id }));
  const { first, ...counts } = Object.fromEntries(seen.map(([label, { count }]) => [label, count]));
  expect(first).toBe(0);
  return counts;
}

for (const slow of [false, true]) {
  describe(`leaving the scope right after sending to ${slow ? 'a slow peer' : 'a peer'}`, () => {
    for (const { count, size } of BURSTS) {
      it(`${count} x ${size} B arrive`, async () => {
        const seen = await leaving(slow, async (pc) => {
          const channel = await pc.createDataChannel('burst').opened();
          burst(channel, count, size);
        });
        expect(seen).toEqual({ burst: count });
      });
    }

    it('what went over 32 channels of one connection arrives', async () => {
      const channels = 32;
      const count = 200;
      const seen = await leaving(slow, async (pc) => {
        const all = Array.from({ length: channels }, (_, n) => pc.createDataChannel(`channel ${n}`));
        await Promise.all(all.map((channel) => channel.opened()));
        for (let n = 0; n < count; n++) for (const channel of all) void channel.send(numbered(n, 1000));
      });
      expect(seen).toEqual(
        Object.fromEntries(Array.from({ length: channels }, (_, n) => [`channel ${n}`, count])),
      );
    });

    it('what was sent on an unordered channel arrives', async () => {
      const count = 3000;
      const seen = await leaving(slow, async (pc) => {
        const channel = await pc.createDataChannel('burst', { unordered: true }).opened();
        burst(channel, count, 1000);
      });
      expect(seen).toEqual({ burst: count });
    });
  });
}

describe('sending and leaving from within a callback', () => {
  for (const { count, size } of BURSTS) {
    it(`${count} x ${size} B arrive`, async () => {
      const seen = await leaving(false, async (pc) => {
        const channel = pc.createDataChannel('burst');
        await new Promise<void>((left) => {
          channel.on('open', () => {
            burst(channel, count, size);
            left(void pc.close({ timeout: 100_000 }));
          });
        });
      });
      expect(seen).toEqual({ burst: count });
    });
  }
});
