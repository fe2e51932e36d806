import { AcknowledgedChannel } from 'scoped-rtc';
import { ManualClock } from 'scoped-rtc/testing';
import { expect, it } from 'vitest';
import { until } from '../../support/event.js';
import { lossyLink } from './lossy-link.js';

function victim() {
  const clock = new ManualClock();
  const { left, right } = lossyLink();
  const channel = new AcknowledgedChannel(left, { clock });
  const said: Record<string, unknown>[] = [];
  right.subscribe(
    (text) => void said.push(JSON.parse(text as string) as Record<string, unknown>),
    () => {},
  );
  /** Resolves when `channel` has handled all of them. */
  const say = async (frame: object, times: number) => {
    for (let n = 0; n < times; n++) right.send(JSON.stringify({ v: 1, s: 'peer', got: 0, had: 0, ...frame }));
    await new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));
  };
  return { clock, channel, said, say };
}

it('frames for another session are answered at most once in 100 ms', async () => {
  const { clock, channel, said, say } = victim();
  await until(() => said.length === 1, 'the greeting');
  await say({ p: 'another' }, 50);
  expect(said).toHaveLength(2);
  clock.advance(100);
  await say({ p: 'another' }, 50);
  expect(said).toHaveLength(3);
  expect(said[2]).toMatchObject({ hi: true, got: 0 });
  await channel.abort();
});

it('everything is sent again at most once in 100 ms, however often the peer greets', async () => {
  const { clock, channel, said, say } = victim();
  for (let n = 0; n < 10; n++) void channel.send(n).catch(() => {});
  await say({}, 1);
  const messages = () => said.filter(({ n }) => n !== undefined).length;
  expect(messages()).toBe(10);
  await say({ hi: true }, 50);
  expect(messages()).toBe(20);
  clock.advance(100);
  await say({ hi: true }, 50);
  expect(messages()).toBe(30);
  await channel.abort();
});
