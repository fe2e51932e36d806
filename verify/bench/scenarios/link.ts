import { monotonic, Network } from '../link/network.js';
import type { LinkCandidate } from '../link/peer.js';
import { relayRate } from '../link/relay-rate.js';
import { ratioGoal } from './goals.js';
import type { Scenario } from './scenario.js';

const ROUNDS = 3;
const CHUNK = Buffer.alloc(64 * 1024, 7);
/** Milliseconds of a transfer that are not measured, besides those of slow start: the round trips to fill the buffers. */
const WARM_UP_MS = 1000;
const SLOW_START_TRIPS = 12;

export const LINK_CANDIDATES = ['raw', 'raw-tuned', 'sdk-events', 'sdk-tuned'] as const;

/** Each package with itself, and two that send to a browser. */
const TRANSFERS = [...LINK_CANDIDATES, 'raw-chromium', 'sdk-chromium', 'werift', 'wrtc', 'relay'] as const;

/** Shares of the datagrams that are lost, with the keys and labels of their figures. */
const LOSSES = [
  { loss: 0, key: 'whole', label: 'nothing lost' },
  { loss: 0.001, key: 'lossy', label: '0.1 % lost' },
  { loss: 0.01, key: 'poor', label: '1 % lost' },
] as const;

/** Megabytes a second of one bulk transfer over a link of `roundTrip` milliseconds. */
export function throughputOver(
  roundTrip: number,
  file: string,
  goals: Readonly<Record<string, number>> = {},
): Scenario {
  return {
    name: `link-${roundTrip}`,
    title: `64 kB messages over a link with a round trip of ${roundTrip} ms`,
    figures: LOSSES.map(({ key, label }) => ({
      ...{ key, label, unit: 'MB/s', better: 'more' as const },
    })) as unknown as Scenario['figures'],
    candidates: TRANSFERS,
    reference: 'raw',
    rounds: 2,
    quick: false,
    file,
    async run(name, { seconds, round }) {
      if (name === 'relay') return { figures: { whole: await relayRate(roundTrip / 2, seconds) } };
      using network = await Network.of(name as LinkCandidate, round);
      const [whole, ...lossy] = LOSSES;
      const figures: Record<string, number> = {};
      const measure = async ({ key, loss }: (typeof LOSSES)[number], factor: number) => {
        figures[key] = await rateOver(network, roundTrip, loss, 3 * seconds * factor);
      };
      await measure(whole, 1);
      // What is lost is what bounds these, so they do not disturb each other; they take longer to be what they are.
      await Promise.all(lossy.map((cell) => measure(cell, 2)));
      return { figures };
    },
    judge: (summaries) =>
      Object.entries(goals).map(([key, atLeast]) => ratioGoal(summaries, 'sdk-events', key, { atLeast })),
  };
}

async function rateOver(network: Network, roundTrip: number, loss: number, seconds: number): Promise<number> {
  const connection = await network.connect({ delay: roundTrip / 2, jitter: 0, loss });
  await connection.change({ isLossy: true });
  let going = true;
  void connection.end.bulk.flood(CHUNK, () => going);
  await sleep(WARM_UP_MS + SLOW_START_TRIPS * roundTrip);
  const before = await connection.arrived();
  await sleep(seconds * 1000);
  const after = await connection.arrived();
  going = false;
  return (after.bytes - before.bytes) / (after.now - before.now) / 1000;
}

const BOTTLENECK = { bandwidth: 20e6 / 8, queue: 250_000 };
const EVERY_MS = 50;

/** Small messages beside a bulk transfer, on another channel of the connection. */
export const queueing: Omit<Scenario, 'file'> = {
  name: 'link-beside-bulk',
  title: 'a small message beside a bulk transfer, 20 Mbit/s, 50 ms, a queue of 100 ms',
  figures: [
    { key: 'half', label: 'half of them arrive within', unit: 'ms', better: 'less' },
    { key: 'most', label: '95 % within', unit: 'ms', better: 'less' },
    { key: 'never', label: 'not before the transfer ended', unit: '%', better: 'less', plain: true },
    { key: 'rate', label: 'bulk', unit: 'MB/s', better: 'more' },
  ],
  candidates: LINK_CANDIDATES,
  reference: 'raw',
  rounds: ROUNDS,
  quick: false,
  async run(name, { seconds, round }) {
    using network = await Network.of(name as LinkCandidate, round);
    const connection = await network.connect({ delay: 25, jitter: 0, loss: 0, ...BOTTLENECK });
    let going = true;
    void connection.end.bulk.flood(CHUNK, () => going);
    await sleep(3000);
    const before = await connection.arrived();
    const ms = 8000 * seconds;
    const sent = ms / EVERY_MS;
    for (let n = 0; n < sent; n++) {
      connection.end.small.send(stamp());
      await sleep(EVERY_MS);
    }
    await sleep(1000); // the newest are on their way
    const after = await connection.arrived();
    going = false;
    // Those that have not come count as later than all others.
    const latencies = [...after.latencies].sort((a, b) => a - b);
    const rank = (share: number) => latencies[Math.ceil(share * sent) - 1] ?? ms;
    const rate = (after.bytes - before.bytes) / (after.now - before.now) / 1000;
    const never = (100 * (sent - latencies.length)) / sent;
    return { figures: { half: rank(0.5), most: rank(0.95), never, rate } };
  },
  judge: (summaries) => [
    ratioGoal(summaries, 'sdk-events', 'half', { atMost: 1 }),
    ratioGoal(summaries, 'sdk-events', 'rate', { atLeast: 0.95 }),
  ],
};

/** A link as many people have one: faster than the library's buffers at first, and with a short queue. */
export const bottleneck: Omit<Scenario, 'file'> = {
  name: 'link-bottleneck',
  title: '64 kB messages, 100 Mbit/s, 50 ms, a queue of 40 ms, from the first second to the tenth',
  figures: [{ key: 'rate', label: 'rate', unit: 'MB/s', better: 'more' }],
  candidates: LINK_CANDIDATES,
  reference: 'raw',
  rounds: ROUNDS,
  quick: false,
  async run(name, { seconds, round }) {
    using network = await Network.of(name as LinkCandidate, round);
    const link = { bandwidth: 100e6 / 8, queue: 500_000 };
    const connection = await network.connect({ delay: 25, jitter: 0, loss: 0, ...link });
    let going = true;
    void connection.end.bulk.flood(CHUNK, () => going);
    await sleep(1000);
    const before = await connection.arrived();
    await sleep(9000 * seconds);
    const after = await connection.arrived();
    going = false;
    return { figures: { rate: (after.bytes - before.bytes) / (after.now - before.now) / 1000 } };
  },
  judge: (summaries) => [ratioGoal(summaries, 'sdk-events', 'rate', { atLeast: 0.95 })],
};

const CONNECTING = [
  { key: 'trips50', label: 'at 50 ms', roundTrip: 50, hasNats: false },
  { key: 'trips100', label: 'at 100 ms', roundTrip: 100, hasNats: false },
  { key: 'nats', label: 'at 50 ms, behind NATs', roundTrip: 50, hasNats: true },
  { key: 'nats100', label: 'at 100 ms, behind NATs', roundTrip: 100, hasNats: true },
] as const;

/** From nothing to the first message, in round trips; signaling takes as long as the link. */
export const connecting: Omit<Scenario, 'file'> = {
  name: 'link-connect',
  title: 'from nothing to the first message, signaling as far away as the peer',
  figures: CONNECTING.map(({ key, label }) => ({
    ...{ key, label, unit: 'round trips', better: 'less' as const },
  })) as unknown as Scenario['figures'],
  candidates: ['raw', 'sdk-events'],
  reference: 'raw',
  rounds: 7,
  quick: false,
  async run(name, { round }) {
    using network = await Network.of(name as LinkCandidate, round);
    const figures: Record<string, number> = {};
    await network.connect({ delay: 0, jitter: 0, loss: 0 }); // what is loaded, compiled and started once
    for (const { key, roundTrip, hasNats } of CONNECTING) {
      const started = monotonic();
      const connection = await network.connect({ delay: roundTrip / 2, jitter: 0, loss: 0, hasNats });
      connection.end.small.send(stamp());
      figures[key] = ((await firstOf(connection)) - started) / roundTrip;
    }
    return { figures };
  },
  judge: (summaries) => [
    ratioGoal(summaries, 'sdk-events', 'trips50', { atMost: 1.05 }),
    ratioGoal(summaries, 'sdk-events', 'trips100', { atMost: 1.05 }),
    ratioGoal(summaries, 'sdk-events', 'nats', { atMost: 1.05 }),
    ratioGoal(summaries, 'sdk-events', 'nats100', { atMost: 1.05 }),
  ],
};

const DARK_MS = 2000;

/** How long after a link was dark for two seconds messages come again. */
export const darkness: Omit<Scenario, 'file'> = {
  name: 'link-dark',
  title: 'the first message after a link of 50 ms was dark for 2 s',
  figures: [{ key: 'ms', label: 'after', unit: 'ms', better: 'less' }],
  candidates: ['raw', 'sdk-events'],
  reference: 'raw',
  rounds: 5,
  quick: false,
  async run(name, { round }) {
    using network = await Network.of(name as LinkCandidate, round);
    const connection = await network.connect({ delay: 25, jitter: 0, loss: 0 });
    const sending = setInterval(() => connection.end.small.send(stamp()), 20);
    await sleep(1000);
    await connection.change({ isDark: true });
    await sleep(DARK_MS);
    await connection.change({ isDark: false });
    const light = monotonic();
    for (;;) {
      const { times } = await connection.arrived();
      const first = times.find((time) => time > light);
      if (first !== undefined) {
        clearInterval(sending);
        return { figures: { ms: first - light } };
      }
      await sleep(20);
    }
  },
  judge: (summaries) => [ratioGoal(summaries, 'sdk-events', 'ms', { atMost: 1.1 })],
};

async function firstOf(connection: { arrived(): Promise<{ first?: number }> }): Promise<number> {
  for (;;) {
    const { first } = await connection.arrived();
    if (first !== undefined) return first;
    await sleep(10);
  }
}

/** A small message with the time at which it is sent. */
function stamp(): Buffer {
  const message = Buffer.alloc(8);
  message.writeDoubleLE(monotonic());
  return message;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
