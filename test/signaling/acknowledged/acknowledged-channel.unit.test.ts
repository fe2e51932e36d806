import fc from 'fast-check';
import { AcknowledgedChannel, type AcknowledgedChannelOptions } from 'scoped-rtc';
import { ManualClock } from 'scoped-rtc/testing';
import { describe, expect, it } from 'vitest';
import { codeOf, take, until } from '../../support/event.js';
import { SEED } from '../../support/seed.js';
import { rejectionOf } from '../../support/rejection.js';
import { type Fate, lossyLink } from './lossy-link.js';

function pair(fate?: Fate, options: AcknowledgedChannelOptions = {}) {
  const clock = new ManualClock();
  const link = lossyLink(fate);
  const alice = new AcknowledgedChannel(link.left, { clock, name: 'alice', ...options });
  const bob = new AcknowledgedChannel(link.right, { clock, name: 'bob', ...options });
  return { clock, link, alice, bob };
}

/** What a channel hands over, collected by a listener. */
function collected(channel: AcknowledgedChannel): unknown[] {
  const messages: unknown[] = [];
  channel.subscribe((message) => void messages.push(message));
  return messages;
}

const turns = async (count = 20) => {
  for (let turn = 0; turn < count; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
};

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('AcknowledgedChannel', () => {
  it('resolves a send only when the application of the peer has the message', async () => {
    const { alice, bob } = pair();
    let reported = false;
    const sent = alice.send({ any: ['JSON', null, 1.5] }).then(() => {
      reported = true;
    });
    await turns();
    expect(reported).toBe(false);
    expect(alice.pending).toBe(1);
    expect(await take(bob, 1)).toEqual([{ any: ['JSON', null, 1.5] }]);
    await sent;
    expect(alice.pending).toBe(0);
  });

  it('waits for the promise of a listener before the message counts as had and the next one comes', async () => {
    const { alice, bob } = pair();
    const begun: unknown[] = [];
    let release = () => {};
    bob.subscribe((message) => {
      begun.push(message);
      return new Promise<void>((resolve) => {
        release = resolve;
      });
    });
    const sent = [alice.send(1), alice.send(2)];
    await turns();
    expect([begun, alice.pending]).toEqual([[1], 2]);
    release();
    await sent[0];
    expect([begun, alice.pending]).toEqual([[1, 2], 1]);
    release();
    await sent[1];
  });

  it('delivers exactly once and in order over a link that loses and doubles at will, both ways', async () => {
    const fates = fc.infiniteStream(
      fc.constantFrom<'arrives' | 'lost' | 'twice'>('arrives', 'arrives', 'lost', 'twice'),
    );
    await fc.assert(
      fc.asyncProperty(fates, fc.nat({ max: 150 }), fc.nat({ max: 150 }), async (stream, there, back) => {
        const { clock, alice, bob } = pair(() => stream.next().value ?? 'arrives');
        const [atAlice, atBob] = [collected(alice), collected(bob)];
        const all = Promise.all([
          ...numbers(there).map((n) => alice.send(n, { timeout: Number.POSITIVE_INFINITY })),
          ...numbers(back).map((n) => bob.send(n, { timeout: Number.POSITIVE_INFINITY })),
        ]);
        await clock.runUntil(all, { limit: 10_000_000 });
        expect(atBob).toEqual(numbers(there));
        expect(atAlice).toEqual(numbers(back));
      }),
      { numRuns: 40, seed: SEED },
    );
  });

  it('goes on over a new transport with what the peer has not got, at once and not twice', async () => {
    const { alice, bob, link } = pair((_, text) => (text.includes('on the way') ? 'lost' : 'arrives'));
    const received = collected(bob);
    await alice.send('first');
    const waiting = [alice.send('on the way')];
    await turns();
    link.cut();
    expect([alice.attached, bob.attached]).toEqual([false, false]);
    waiting.push(alice.send('meanwhile'));
    const next = lossyLink();
    bob.attach(next.right);
    alice.attach(next.left);
    await Promise.all(waiting); // and no time passed: it waits for no timer
    expect(received).toEqual(['first', 'on the way', 'meanwhile']);
    expect(next.left.sent.filter((text) => text.includes('first'))).toEqual([]);
  });

  it('notifies when its transport has ended', async () => {
    const reasons: unknown[] = [];
    const { link } = pair(undefined, { onDetached: (reason) => reasons.push(reason) });
    link.cut();
    expect(reasons).toHaveLength(2);
  });

  it('repeats after waits that double up to a limit, each shortened by chance, and begins anew after progress', async () => {
    let isLost = true;
    const { clock, alice, bob, link } = pair(
      (_, text) => (isLost && text.includes('"n"') ? 'lost' : 'arrives'),
      {
        retransmit: { first: 100, longest: 1000 },
      },
    );
    const received = collected(bob);
    await turns(); // both have said that they are there
    const sent = alice.send('x', { timeout: Number.POSITIVE_INFINITY });
    const waits: number[] = [];
    for (let round = 0; round < 8; round++) {
      const [before, at] = [link.left.sent.length, clock.now()];
      clock.advanceToNext();
      waits.push(clock.now() - at);
      expect(link.left.sent.length).toBe(before + 1);
      await turns(2);
    }
    for (const [round, wait] of waits.entries()) {
      const whole = Math.min(1000, 100 * 2 ** round);
      expect(wait).toBeGreaterThanOrEqual(whole / 2);
      expect(wait).toBeLessThanOrEqual(whole);
    }
    expect(new Set(waits).size).toBe(waits.length);
    isLost = false;
    await clock.runUntil(sent);
    isLost = true;
    void alice.send('y').catch(() => {});
    const at = clock.now();
    clock.advanceToNext();
    expect(clock.now() - at).toBeLessThanOrEqual(100);
    expect(received).toEqual(['x']);
  });

  it('has at most 64 messages on the way, and a reader that is slow loses none of them', async () => {
    const { clock, alice, bob, link } = pair();
    await turns(); // both have said that they are there
    const sent = Promise.all(numbers(200).map((n) => alice.send(n, { timeout: Number.POSITIVE_INFINITY })));
    await turns();
    const onTheWay = link.left.sent.filter((text) => text.includes('"n"'));
    expect(onTheWay).toHaveLength(64);
    clock.advance(60_000);
    expect(await take(bob, 200)).toEqual(numbers(200));
    await sent;
  });

  it('rejects with RTC_TIMEOUT when the deadline passes, and with RTC_ABORTED for a signal', async () => {
    const { clock, alice } = pair(() => 'lost');
    const late = alice.send('x', { timeout: 50 });
    const controller = new AbortController();
    const aborted = alice.send('y', { signal: controller.signal });
    controller.abort(new Error('enough'));
    expect(await codeOf(aborted)).toBe('RTC_ABORTED');
    clock.advance(49);
    expect(alice.pending).toBe(2);
    clock.advance(1);
    expect(await rejectionOf(late)).toMatchObject({ code: 'RTC_TIMEOUT', path: 'alice' });
  });

  it('refuses what its outbox has no room for, and goes on when it has', async () => {
    const { alice, bob } = pair(undefined, { outbox: { messages: 2 } });
    const kept = [alice.send(1), alice.send(2)];
    expect(await codeOf(alice.send(3))).toBe('RTC_OVERFLOW');
    collected(bob);
    await Promise.all(kept);
    await alice.send(4);
    const { alice: other } = pair(undefined, { outbox: { bytes: 10 } });
    expect(await codeOf(other.send('0123456789'))).toBe('RTC_OVERFLOW');
  });

  it('refuses a message over its limit, and what is no JSON', async () => {
    const { alice, bob } = pair(undefined, { maxMessageSize: 10 });
    collected(bob);
    await alice.send('éééé');
    expect(await codeOf(alice.send('ééééé'))).toBe('RTC_MESSAGE_TOO_LARGE');
    const circle: unknown[] = [];
    circle.push(circle);
    for (const wrong of [undefined, () => {}, 5n, circle]) {
      await expect(alice.send(wrong)).rejects.toThrow(/^message must be a JSON value/);
    }
  });

  it('closes when the peer has everything, and notifies the peer, who hands over the rest first', async () => {
    const { alice, bob } = pair();
    void alice.send('last');
    const closing = alice.close();
    expect(await codeOf(alice.send('too late'))).toBe('RTC_CLOSING');
    const messages: unknown[] = [];
    for await (const message of bob) messages.push(message);
    await closing;
    expect(messages).toEqual(['last']);
    expect(await alice.closed()).toEqual({ by: 'local', undelivered: 0 });
    expect(await bob.closed()).toEqual({ by: 'remote', undelivered: 0 });
    expect(await codeOf(alice.send('x'))).toBe('RTC_CLOSED');
    expect(bob.signal.aborted).toBe(true);
  });

  it('closes in bounded time when nobody answers, and says what was not delivered', async () => {
    const { clock, alice } = pair(() => 'lost');
    const sent = rejectionOf(alice.send('x'));
    const before = clock.now();
    await clock.runUntil(alice.close({ timeout: 700 }));
    expect(clock.now() - before).toBeLessThanOrEqual(700);
    expect(await sent).toMatchObject({ code: 'RTC_UNDELIVERED' });
    expect(await alice.closed()).toEqual({ by: 'local', undelivered: 1 });
    expect(clock.pending).toBe(0);
  });

  it('ends on both sides when the peer starts anew, because what that one had is not known', async () => {
    const { clock, alice, bob, link } = pair();
    collected(bob);
    await alice.send('to the first bob');
    link.cut();
    const next = lossyLink();
    const waiting = rejectionOf(alice.send('x'));
    alice.attach(next.left);
    const another = new AcknowledgedChannel(next.right, { clock });
    expect(await waiting).toMatchObject({ code: 'RTC_UNDELIVERED', cause: { code: 'RTC_CLOSED' } });
    expect(await alice.closed()).toMatchObject({ by: 'error', undelivered: 1 });
    expect(another.state).toBe('open');
  });

  it('does not end by the end of a peer that has said nothing else and does not know it', async () => {
    const { left, right } = lossyLink();
    const alice = new AcknowledgedChannel(left, { clock: new ManualClock() });
    const heard: string[] = [];
    right.subscribe(
      (text) => void heard.push(text as string),
      () => {},
    );
    right.send(JSON.stringify({ v: 1, s: 'former', got: 0, had: 0, end: true })); // meant for one before alice
    right.send(JSON.stringify({ v: 1, s: 'b', got: 0, had: 0, n: 1, m: 'a message' }));
    expect(await take(alice, 1)).toEqual(['a message']);
    right.send(JSON.stringify({ v: 1, s: 'b', got: 0, had: 0, end: true }));
    expect(await alice.closed()).toMatchObject({ by: 'remote' });
  });

  it('ends with a reason when the peer speaks another version, and takes no notice of garbage', async () => {
    const clock = new ManualClock();
    const { left, right } = lossyLink();
    const alice = new AcknowledgedChannel(left, { clock });
    right.subscribe(
      () => {},
      () => {},
    );
    for (const garbage of [
      '',
      'x',
      '{',
      '[]',
      'null',
      '5',
      '{"v":1}',
      '{"v":"1"}',
      '{"v":1,"s":5,"got":0,"had":0}',
    ]) {
      right.send(garbage);
    }
    right.send(JSON.stringify({ v: 1, s: 'b', got: 1, had: 2 }));
    right.send(JSON.stringify({ v: 1, s: 'b', got: 0, had: 0, n: 1 }));
    right.send(JSON.stringify({ v: 1, s: 'b', got: 0, had: 0, n: 5, m: 'behind a gap' }));
    right.send(JSON.stringify({ v: 1, s: 'b', got: 0, had: 0, n: 1, m: 'a message' }));
    expect(await take(alice, 1)).toEqual(['a message']);
    right.send(JSON.stringify({ v: 2 }));
    expect((await alice.closed()).reason).toMatchObject({ code: 'RTC_CLOSED', message: /version 2/ });
  });

  it('ignores an acknowledgement of what was never sent', async () => {
    const { left, right } = lossyLink();
    const alice = new AcknowledgedChannel(left, { clock: new ManualClock() });
    right.subscribe(
      () => {},
      () => {},
    );
    const { s } = JSON.parse(left.sent[0] ?? '{}') as { s: string };
    right.send(JSON.stringify({ v: 1, s: 'b', p: s, got: 9, had: 9 }));
    await turns();
    const sent = alice.send('x');
    await turns();
    expect(alice.pending).toBe(1);
    right.send(JSON.stringify({ v: 1, s: 'b', p: s, got: 1, had: 1 }));
    await sent;
  });

  it('ends when its signal aborts, with the reason', async () => {
    const controller = new AbortController();
    const { alice } = pair(undefined, { signal: controller.signal });
    const waiting = rejectionOf(alice.send('x'));
    const reason = new Error('going home');
    controller.abort(reason);
    expect(await waiting).toMatchObject({ code: 'RTC_ABORTED', cause: reason });
    expect(await alice.closed()).toMatchObject({ by: 'local', reason });
  });

  it('has one subscriber at a time; another takes over where the first stopped', async () => {
    const { alice, bob } = pair();
    const first: unknown[] = [];
    const subscription = bob.subscribe((message) => {
      first.push(message);
      subscription[Symbol.dispose]();
    });
    expect(() => bob.subscribe(() => {})).toThrow('has a subscriber already');
    const sent = [alice.send(1), alice.send(2)];
    await until(() => first.length === 1, 'the first');
    expect(collected(bob)).toEqual([]);
    await Promise.all(sent);
    expect(first).toEqual([1]);
  });
});
