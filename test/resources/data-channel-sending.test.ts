import { loopbackPair } from 'scoped-rtc/testing';
import { expect, it } from 'scoped-rtc/vitest';
import { describe } from 'vitest';
import { channelPair, incomingChannel, wiredPair } from '../support/connected-pair.js';
import { codeOf, take, until, within } from '../support/event.js';

const KB = 1024;

describe('sending before the channel is open', () => {
  it('queues in order, and copies what the caller may reuse', async ({ rtc }) => {
    const { alice, bob } = wiredPair(rtc);
    const channel = alice.createDataChannel('early');
    const buffer = Buffer.alloc(1);
    const accepted: Promise<void>[] = [];
    for (let i = 0; i < 200; i++) {
      buffer[0] = i;
      accepted.push(channel.send(buffer));
    }
    expect(channel.bufferedAmount).toBe(200);
    const far = await incomingChannel(bob, 'early');
    await within(Promise.all(accepted), 'acceptance');
    expect((await take(far, 200)).map((message) => (message as Buffer)[0])).toEqual(
      Array.from({ length: 200 }, (_, i) => i),
    );
  });

  it('is bounded by messages and by bytes', async ({ rtc }) => {
    const { alice, bob } = wiredPair(rtc);
    const channel = alice.createDataChannel('early', { sendQueue: { messages: 2, bytes: 10 } });
    const first = channel.send('12345');
    expect(await codeOf(channel.send('123456'))).toBe('RTC_OVERFLOW');
    expect(channel.trySend('123456')).toBe(false);
    expect(channel.trySend('67890')).toBe(true);
    expect(await codeOf(channel.send(''))).toBe('RTC_OVERFLOW');
    const far = await incomingChannel(bob, 'early');
    await first;
    expect(await take(far, 2)).toEqual(['12345', '67890']);
  });

  it('rejects with RTC_UNDELIVERED when the channel closes before', async ({ rtc }) => {
    const channel = rtc.createPeerConnection('alone').createDataChannel('early');
    const codes = Promise.all([codeOf(channel.send('one')), codeOf(channel.send('two'))]);
    const opened = codeOf(channel.opened());
    await channel.close();
    expect(await codes).toEqual(['RTC_UNDELIVERED', 'RTC_UNDELIVERED']);
    expect(await opened).toBe('RTC_CLOSING');
    expect((await channel.closed()).undelivered).toBe(2);
    expect(await codeOf(channel.send('late'))).toBe('RTC_CLOSED');
    expect(await codeOf(() => channel.trySend('late'))).toBe('RTC_CLOSED');
  });

  it('of a message that turns out too large rejects alone', async ({ rtc }) => {
    const { alice, bob } = wiredPair(rtc, { maxMessageSize: 1000 });
    const channel = alice.createDataChannel('early');
    const sends = [channel.send('before'), channel.send(Buffer.alloc(2000)), channel.send('after')];
    const settled = Promise.allSettled(sends);
    const far = await incomingChannel(bob, 'early');
    expect((await settled).map((one) => one.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await codeOf(sends[1] as Promise<void>)).toBe('RTC_MESSAGE_TOO_LARGE');
    expect(await take(far, 2)).toEqual(['before', 'after']);
  });
});

describe('backpressure', () => {
  it('makes send wait for the peer, and lets it go on when the peer has taken enough', async ({ rtc }) => {
    const { near, far } = await loopbackPair(rtc, { channel: { highWaterMark: 64 * KB } });
    const chunk = Buffer.alloc(60 * KB);
    let received = 0;
    far.on('message', (message) => {
      received += message.length;
    });
    // In one turn, so that nothing can be taken between: the transport holds 1 MiB, the rest is buffered.
    const sends = Array.from({ length: 60 }, () => near.send(chunk));
    expect(near.bufferedAmount).toBeGreaterThan(64 * KB);
    expect(near.trySend('no')).toBe(false);
    let resolved = false;
    const last = (sends.at(-1) as Promise<void>).then(() => {
      resolved = true;
    });
    await Promise.resolve();
    expect(resolved).toBe(false);
    await within(last, 'room in the buffer');
    expect(near.bufferedAmount).toBeLessThanOrEqual(64 * KB);
    expect(near.trySend('yes')).toBe(true);
    await Promise.all(sends);
    await until(() => received === 60 * chunk.length + 3, 'all bytes');
  });

  it('emits bufferedAmountLow at half the mark, and drained when all is out', async ({ rtc }) => {
    const { near, far } = await loopbackPair(rtc, { channel: { highWaterMark: 128 * KB } });
    far.on('message', () => {});
    // A busy machine may pass everything on in the middle of the sending, so more than once.
    const low: number[] = [];
    near.on('bufferedAmountLow', () => low.push(near.bufferedAmount));
    for (let i = 0; i < 200; i++) void near.send(Buffer.alloc(64 * KB));
    expect(near.bufferedAmount).toBeGreaterThan(128 * KB);
    await near.drained();
    await until(() => low.length > 0, 'the event');
    expect(low.at(-1)).toBeLessThanOrEqual(64 * KB);
    expect(near.bufferedAmount).toBe(0);
  });

  it('follows a mark that is changed', async ({ rtc }) => {
    const { near, far } = await loopbackPair(rtc, { channel: { highWaterMark: 1 } });
    far.on('message', () => {});
    expect(() => {
      near.highWaterMark = 0;
    }).toThrow(RangeError);
    const waits = Array.from({ length: 30 }, () => near.send(Buffer.alloc(64 * KB)));
    near.highWaterMark = 8 * KB * KB;
    expect(near.trySend('room now')).toBe(true);
    await within(Promise.all(waits), 'all sends');
  });

  it('ends only the wait when the options say so: the message is on its way', async ({ rtc }) => {
    const { near, far } = await loopbackPair(rtc, { channel: { highWaterMark: 1 } });
    const texts: unknown[] = [];
    far.on('message', (message) => {
      if (typeof message === 'string') texts.push(message);
    });
    const fill = () => {
      for (let i = 0; i < 300; i++) void near.send(Buffer.alloc(64 * KB));
    };
    fill();
    const signal = AbortSignal.abort(new Error('enough'));
    expect(await codeOf(near.send('aborted', { signal }))).toBe('RTC_ABORTED');
    // On a busy machine the library may have sent all of it before the first timer fires.
    let ended = 'taken';
    let attempts = 0;
    for (; ended === 'taken' && attempts < 20; attempts++) {
      fill();
      ended = await near.send(`late ${attempts}`, { timeout: 0 }).then(
        () => 'taken',
        (error: { code: string }) => error.code,
      );
    }
    expect(ended).toBe('RTC_TIMEOUT');
    await until(() => texts.length === attempts + 1, 'the messages');
    expect(texts).toEqual(['aborted', ...Array.from({ length: attempts }, (_, n) => `late ${n}`)]);
  });

  it('rejects what waits when the channel is aborted', async ({ rtc }) => {
    const { near } = await loopbackPair(rtc, { channel: { highWaterMark: 1 } });
    const sends = Array.from({ length: 40 }, () => near.send(Buffer.alloc(64 * KB)));
    const drained = near.drained();
    const reason = new Error('enough');
    near.abort(reason);
    await expect(sends.at(-1)).rejects.toMatchObject({ code: 'RTC_ABORTED', cause: reason });
    await expect(drained).rejects.toMatchObject({ code: 'RTC_ABORTED', cause: reason });
    const info = await near.closed();
    expect(info.by).toBe('local');
    expect(info.reason).toBe(reason);
    expect(info.undelivered).toBeGreaterThan(0);
  });
});

describe('kinds of channels', () => {
  it('unordered and unreliable ones carry messages', async ({ connectedPair: { alice, bob } }) => {
    for (const [name, init] of Object.entries({
      unordered: { ordered: false },
      'no retransmits': { ordered: false, maxRetransmits: 0 },
      'short life': { maxPacketLifeTime: 500 },
    })) {
      const { near, far } = await channelPair(alice, bob, name, init);
      await near.send(name);
      expect(await take(far, 1)).toEqual([name]);
      await far.send('back');
      expect(await take(near, 1)).toEqual(['back']);
    }
  });

  it('negotiated ones are open at once on a connection that is up, and emit no dataChannel event', async ({
    connectedPair: { alice, bob },
  }) => {
    let reported = 0;
    bob.on('dataChannel', () => reported++);
    const here = alice.createDataChannel('agreed', { negotiated: true, id: 77 });
    const there = bob.createDataChannel('agreed', { negotiated: true, id: 77 });
    await Promise.all([here.opened(), there.opened()]);
    expect([here.id, there.id]).toEqual([77, 77]);
    await here.send('ping');
    expect(await take(there, 1)).toEqual(['ping']);
    await there.send('pong');
    expect(await take(here, 1)).toEqual(['pong']);
    expect(reported).toBe(0);
  });

  it('an id that is in use is refused, and free again after the close', async ({
    connectedPair: { alice, bob },
  }) => {
    const here = alice.createDataChannel('one', { negotiated: true, id: 5 });
    const there = bob.createDataChannel('one', { negotiated: true, id: 5 });
    expect(await codeOf(() => alice.createDataChannel('two', { negotiated: true, id: 5 }))).toBe(
      'RTC_INVALID_STATE',
    );
    await here.close();
    await there.closed();
    const again = alice.createDataChannel('two', { negotiated: true, id: 5 });
    const peer = bob.createDataChannel('two', { negotiated: true, id: 5 });
    await again.send('again');
    expect(await take(peer, 1)).toEqual(['again']);
  });

  it('a new one opens as soon as the peer has closed one that was there before connecting', async ({
    connectedPair: { alice, near, far },
  }) => {
    const { id } = near;
    void far.close();
    await near.closed();
    const again = await alice.createDataChannel('again').opened({ timeout: 20_000 });
    expect(again.id).not.toBe(id);
  });

  it('32 at once each carry their own', async ({ connectedPair: { alice, bob } }) => {
    const pairs = await Promise.all(
      Array.from({ length: 32 }, (_, i) => channelPair(i % 2 ? alice : bob, i % 2 ? bob : alice, `ch${i}`)),
    );
    expect(new Set(pairs.map(({ near }) => near.id)).size).toBe(32);
    await Promise.all(
      pairs.map(async ({ near, far }, i) => {
        for (let n = 0; n < 50; n++) await near.send(`${i}:${n}`);
        expect(await take(far, 50)).toEqual(Array.from({ length: 50 }, (_, n) => `${i}:${n}`));
      }),
    );
  });
});

describe('a channel that the peer opens, uses and closes in one go (H18)', () => {
  it('is reported, and closes by its peer', async ({ connectedPair: { alice, bob } }) => {
    const ends: string[] = [];
    const channels = 20;
    bob.on('dataChannel', (channel) => {
      void channel.closed().then((info) => ends.push(info.by));
    });
    for (let i = 0; i < channels; i++) {
      const channel = alice.createDataChannel(`hasty ${i}`);
      await channel.opened();
      void channel.send('hello');
      void channel.close();
    }
    await until(() => ends.length === channels, 'the close of each');
    expect(new Set(ends)).toEqual(new Set(['remote']));
  });

  it('even when the native channel was closed before anybody was notified', async ({
    connectedPair: { alice, bob },
  }) => {
    const reported = incomingChannel(bob, 'gone');
    const channel = alice.createDataChannel('gone');
    await channel.opened();
    channel.abort(); // without draining, while this thread is busy
    const end = performance.now() + 200;
    while (performance.now() < end);
    const far = await within(reported, 'the dataChannel event');
    expect((await far.closed()).by).toBe('remote');
  });
});
