import { AcknowledgedChannel, type MessageTransport } from 'scoped-rtc';
import { ManualClock } from 'scoped-rtc/testing';
import { describe, expect, it } from 'vitest';
import { until } from '../../support/event.js';
import { lossyLink } from './lossy-link.js';

const turns = async (count = 20) => {
  for (let turn = 0; turn < count; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
};

describe('AcknowledgedChannel, with several that take messages,', () => {
  it('acknowledges a message that a subscriber is busy with before those that an iterator takes', async () => {
    const { left, right } = lossyLink();
    const clock = new ManualClock();
    const alice = new AcknowledgedChannel(left, { clock });
    const bob = new AcknowledgedChannel(right, { clock });
    let release = () => {};
    const subscription = bob.subscribe(
      () =>
        new Promise<void>((resolve) => {
          release = resolve;
        }),
    );
    const settled: string[] = [];
    const send = (message: string) => alice.send(message).then(() => void settled.push(message));
    const sent = [send('one'), send('two')];
    await turns();
    subscription[Symbol.dispose]();
    const read = bob[Symbol.asyncIterator]().next();
    await turns();
    expect(settled).toEqual([]);
    release();
    expect(await read).toEqual({ value: 'two', done: false });
    await Promise.all(sent);
    expect(settled).toEqual(['one', 'two']);
  });

  it('calls a listener for the next message when it has returned, also where the transport delivers within send()', async () => {
    const receivers: ((text: unknown) => void)[] = [];
    const end = (own: 0 | 1): MessageTransport => ({
      send: (text) => receivers[1 - own]?.(text),
      subscribe(onMessage) {
        receivers[own] = onMessage;
        return { [Symbol.dispose]: () => void (receivers[own] = () => {}) };
      },
    });
    const [alice, bob] = ([0, 1] as const).map(
      (own) => new AcknowledgedChannel(end(own), { clock: new ManualClock() }),
    ) as [AcknowledgedChannel, AcknowledgedChannel];
    const log: string[] = [];
    alice.subscribe((message) => void alice.send(message));
    bob.subscribe((message) => {
      log.push(`begin ${message}`);
      if (message === 0) void bob.send(1);
      log.push(`end ${message}`);
    });
    await alice.send(0);
    await until(() => log.length === 4, 'both messages');
    expect(log).toEqual(['begin 0', 'end 0', 'begin 1', 'end 1']);
    await Promise.all([alice.abort(), bob.abort()]);
  });
});
