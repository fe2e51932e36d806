import { type DataChannel, RtcRuntime } from 'scoped-rtc';
import { afterAll, describe, expect, it } from 'vitest';
import { burst, numbered } from '../messages/numbered.js';
import { codeOf, until, within } from '../support/event.js';
import { endOf, linkedChannel, linkedPair } from './linked-pair.js';
import { nothingLeft } from '../support/nothing-left.js';

const DELAY_MS = 50;
const JITTER_MS = 20;
const DARK_MS = 2000;

// The links are waited for at once, so what is left is seen when all have ended.
afterAll(async () => {
  await nothingLeft();
});

/** Milliseconds: a repetition may be lost as well, and each comes twice as late as the one before. */
const PATIENCE_MS = 40_000;

/** The numbers of what came, in the order in which it came. */
function numbersOf(channel: DataChannel): number[] {
  const numbers: number[] = [];
  channel.on('message', (message) => numbers.push((message as Buffer).readUInt32LE()));
  return numbers;
}

describe.concurrent.each([
  { loss: 0.02, count: 1000, seed: 1 },
  { loss: 0.1, count: 400, seed: 2 },
])('over a link of 50 ms that loses $loss, reorders and is dark for 2 s', ({ loss, count, seed }) => {
  const size = 200;
  const all = Array.from({ length: count }, (_, n) => n);

  it('reliable channels lose nothing', async ({ expect }) => {
    const pair = await linkedPair({ delay: DELAY_MS, jitter: JITTER_MS, loss, seed });
    const { link, alice, bob } = pair;
    try {
      const ordered = await linkedChannel(pair, 'ordered');
      const unordered = await linkedChannel(pair, 'unordered', { unordered: true });
      const [there, back, anyhow] = [
        numbersOf(ordered.far),
        numbersOf(ordered.near),
        numbersOf(unordered.far),
      ];
      let dark: Promise<void> | undefined;
      for (const n of all) {
        if (n === count / 2) {
          await within(
            until(() => there.length > 0 && back.length > 0, 'the first messages'),
            'the half',
            PATIENCE_MS,
          );
          dark = link.darkFor(DARK_MS);
        }
        void ordered.near.send(numbered(n, size));
        void ordered.far.send(numbered(n, size));
        void unordered.near.send(numbered(n, size));
      }
      expect(there.length).toBeLessThan(count);
      await Promise.all([alice.close({ timeout: PATIENCE_MS }), dark]);
      await within(bob.closed(), 'the close', PATIENCE_MS);
      expect(there).toEqual(all);
      expect(back).toEqual(all);
      expect(anyhow.toSorted((a, b) => a - b)).toEqual(all);
      const nothing = { undelivered: 0, unconfirmed: { messages: 0, bytes: 0 } };
      expect(await ordered.near.closed()).toMatchObject(nothing);
      expect(await unordered.near.closed()).toMatchObject(nothing);
      // The network was as bad as it says.
      expect(link.counts.lost).toBeGreaterThan(0);
      expect(link.counts.overtaken).toBeGreaterThan(0);
      expect(link.counts.swallowed).toBeGreaterThan(0);
    } finally {
      await endOf(pair);
    }
  }, 120_000);
});

describe.concurrent('over a link that delays', () => {
  it.each([
    ['both sides', { delay: DELAY_MS, unannounced: false }],
    // Their resets cross.
    ['two unannounced peers', { delay: 3 * DELAY_MS, unannounced: true }],
  ])('nothing is lost when %s close at once', async (_, options) => {
    const pair = await linkedPair({ jitter: 0, loss: 0, seed: 6, ...options });
    try {
      const { near, far } = await linkedChannel(pair, 'crossing');
      const came = numbersOf(far);
      await near.send(numbered(0, 100));
      await until(() => came.length > 0, 'the first message');
      const count = 50;
      for (let n = 1; n < count; n++) void near.send(numbered(n, 100));
      await Promise.all([pair.bob.close(), pair.alice.close()]);
      expect(came.length).toBe(count);
      // Between unannounced peers a reset that comes later than a round trip is taken for the answer: time decides.
      if (!options.unannounced) expect((await near.closed()).unconfirmed.messages).toBe(0);
    } finally {
      await endOf(pair);
    }
  });
});

describe.concurrent('over a link that loses 10 %', () => {
  it('channels that do not repeat what is lost are closed by the side that did not make them', async ({
    expect,
  }) => {
    const pair = await linkedPair({ delay: 5, jitter: 0, loss: 0.1, seed: 8 });
    try {
      const count = 20;
      const ends = await Promise.all(
        Array.from({ length: count }, async (_, n) => {
          const { near, far } = await linkedChannel(pair, `lossy ${n}`, { maxRetransmits: 0 });
          // What closes says so in a message, which may be lost: it says it again.
          void far.send(numbered(n, 100));
          await far.close({ timeout: PATIENCE_MS / 2 });
          return within(near.closed(), 'the close', PATIENCE_MS);
        }),
      );
      expect(ends.map(({ by }) => by)).toEqual(Array.from({ length: count }, () => 'remote'));
    } finally {
      await endOf(pair);
    }
  }, 120_000);
});

describe.concurrent('a link that goes dark for good', () => {
  it('ends within the deadline, with coded errors and an honest count', async ({ expect }) => {
    const timeout = 1500;
    const pair = await linkedPair({ delay: 5, jitter: 0, loss: 0, seed: 3 }, timeout);
    const { link, here } = pair;
    try {
      const { near, far } = await linkedChannel(pair, 'bulk');
      const came = numbersOf(far);
      const before = 20;
      burst(near, before, 1000);
      await until(() => came.length === before, 'the messages before');
      link.isDark = true;
      // More than the transport takes and than the high-water mark allows: the last ones wait.
      const count = 60;
      const size = 60_000;
      const sends = Array.from({ length: count }, (_, n) => near.send(numbered(n, size)));
      expect(await codeOf(near.drained({ timeout: 300 }))).toBe('RTC_TIMEOUT');
      const outcomes = new Map<string, string>();
      using _reports = RtcRuntime.shared.subscribe('teardown', (report) => {
        for (const { path, outcome } of report) outcomes.set(path, outcome);
      });
      await here.disposeAsync();
      expect(outcomes.get(near.path)).toBe('forced'); // not when the silence was noticed
      expect(await codeOf(sends.at(-1) as Promise<void>)).toBe('RTC_CLOSING');
      expect(await codeOf(near.send('more'))).toBe('RTC_CLOSED');
      const { undelivered, unconfirmed } = await near.closed();
      expect(unconfirmed.messages).toBeGreaterThanOrEqual(count);
      expect(unconfirmed.messages).toBeLessThanOrEqual(count + before);
      expect(unconfirmed.bytes).toBeGreaterThanOrEqual(count * size);
      expect(undelivered).toBe(unconfirmed.messages);
      expect(came.length).toBe(before);
    } finally {
      await endOf(pair);
    }
  });

  it('is noticed by itself, and what was on its way is reported as unconfirmed', async ({ expect }) => {
    const pair = await linkedPair({ delay: 1, jitter: 0, loss: 0, seed: 4 }, 1500);
    const { link, alice } = pair;
    try {
      const { near, far } = await linkedChannel(pair, 'bulk');
      const came = numbersOf(far);
      void near.send(numbered(0, 100));
      await until(() => came.length === 1, 'the first message');
      link.isDark = true;
      const count = 50;
      for (let n = 1; n <= count; n++) void near.send(numbered(n, 1000));
      await alice.closed({ timeout: 50_000 });
      const { unconfirmed } = await near.closed();
      expect([count, count + 1]).toContain(unconfirmed.messages);
      expect(await codeOf(near.send('more'))).toBe('RTC_CLOSED');
      expect(came.length).toBe(1);
    } finally {
      await endOf(pair);
    }
  });
});
