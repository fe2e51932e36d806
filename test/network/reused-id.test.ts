import type { DataChannel } from 'scoped-rtc';
import { afterEach, expect, it } from 'vitest';
import { codeOf, until } from '../support/event.js';
import { nothingLeft } from '../support/nothing-left.js';
import { endOf, type LinkedPair, linkedPair } from './linked-pair.js';

afterEach(() => nothingLeft());

const BOUNDS = { timeout: 20_000 };

/** Both ends make the channel with `id`; one closes it, and as soon as either has closed both make the next. */
async function reuse({ alice, bob }: LinkedPair, id: number, first: 'alice' | 'bob'): Promise<void> {
  const make = (label: string): [DataChannel, DataChannel] => [
    alice.createDataChannel(label, { negotiated: true, id }),
    bob.createDataChannel(label, { negotiated: true, id }),
  ];
  const [here, there] = make('first use');
  await Promise.all([here.opened(BOUNDS), there.opened(BOUNDS)]);
  const [closes, sees] = first === 'alice' ? [here, there] : [there, here];
  await Promise.all([closes.close(BOUNDS), sees.closed(BOUNDS)]);
  const [again, peer] = make('second use');
  const messages = [peer.nextMessage(BOUNDS), again.nextMessage(BOUNDS)];
  await again.send('from alice');
  await peer.send('from bob');
  expect(await Promise.all(messages)).toEqual(['from alice', 'from bob']);
  await Promise.all([again.close(BOUNDS), peer.close(BOUNDS)]);
}

it('a stream id is used again at once, far away', async () => {
  const pair = await linkedPair({ delay: 20, jitter: 0, loss: 0, seed: 3 });
  try {
    for (const [id, first] of [
      [5, 'alice'],
      [6, 'bob'],
    ] as const)
      await reuse(pair, id, first);
  } finally {
    await endOf(pair);
  }
});

it('a stream id is used again, where the answer to the reset takes longer than SCTP has ever measured', async () => {
  const network = { delay: 1, jitter: 0, loss: 0, seed: 11 };
  const pair = await linkedPair(network);
  try {
    network.delay = 100;
    await reuse(pair, 10, 'alice');
    network.delay = 1;
    await reuse(pair, 11, 'bob');
  } finally {
    await endOf(pair);
  }
});

it('a stream id is used again in the close event of the channel that had it', async () => {
  const pair = await linkedPair({ delay: 1, jitter: 0, loss: 0, seed: 5 });
  try {
    const make = (at: 'alice' | 'bob', use: number): DataChannel =>
      pair[at].createDataChannel(`use ${use}`, { negotiated: true, id: 5 });
    const next = [make('alice', 1), make('bob', 1)].map(
      (channel, n) =>
        new Promise<DataChannel>((resolve) => {
          channel.once('close', () => resolve(make(n === 0 ? 'alice' : 'bob', 2)));
          if (n === 0) void channel.close();
        }),
    );
    const [here, there] = await Promise.all(next);
    await here!.send('second use');
    expect(await there!.nextMessage(BOUNDS)).toBe('second use');
  } finally {
    await endOf(pair);
  }
});

it('a stream id is refused while its last channel, which did not wait for that, is being reset', async () => {
  const pair = await linkedPair({ delay: 20, jitter: 0, loss: 0, seed: 5 });
  try {
    const make = (at: 'alice' | 'bob'): DataChannel =>
      pair[at].createDataChannel('same id', { negotiated: true, id: 5 });
    const [here, there] = [make('alice'), make('bob')];
    await Promise.all([here.opened(BOUNDS), there.opened(BOUNDS)]);
    await here.abort();
    expect(await codeOf(() => make('alice'))).toBe('RTC_INVALID_STATE');
    await there.closed(BOUNDS);
    const peer = make('bob');
    let again: DataChannel | undefined;
    await until(() => {
      try {
        again = make('alice');
        return true;
      } catch {
        return false;
      }
    }, 'the id to be free');
    await again!.send('second use');
    expect(await peer.nextMessage(BOUNDS)).toBe('second use');
  } finally {
    await endOf(pair);
  }
});
