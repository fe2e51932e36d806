import { expect, it } from 'scoped-rtc/vitest';
import { describe } from 'vitest';
import { connectedPair, wiredPair } from '../support/connected-pair.js';
import { codeOf, take, until, within } from '../support/event.js';

describe('what the peer opens', () => {
  it('is had by nextDataChannel(), whether it comes before or after', async ({ rtc }) => {
    const { alice, bob } = await connectedPair(rtc);
    const early = bob.nextDataChannel();
    alice.createDataChannel('a');
    expect((await early).label).toBe('a');
    alice.createDataChannel('b');
    const c = alice.createDataChannel('c');
    // By label, whatever came before; the other waits for whoever takes it.
    const far = await bob.nextDataChannel({ label: 'c', timeout: 20_000 });
    expect(far.label).toBe('c');
    await c.send('hello');
    expect(await take(far, 1)).toEqual(['hello']);
    expect((await bob.nextDataChannel({ timeout: 20_000 })).label).toBe('b');
  });

  it('is emitted to listeners as well, and given to each wait once', async ({ rtc }) => {
    const { alice, bob } = await connectedPair(rtc);
    const received: string[] = [];
    bob.on('dataChannel', ({ label }) => received.push(label));
    const both = Promise.all([bob.nextDataChannel(), bob.nextDataChannel()]);
    alice.createDataChannel('a');
    alice.createDataChannel('b');
    const [first, second] = await both;
    expect(first).not.toBe(second);
    expect(received.toSorted()).toEqual(['a', 'b']);
  });

  it('is had by nextTrack()', async ({ rtc }) => {
    const { alice, bob } = wiredPair(rtc, { disableAutoNegotiation: true });
    bob.on('signalingStateChange', (state) => state === 'have-remote-offer' && bob.setLocalDescription());
    alice.addTrack({ kind: 'audio', codecs: [{ codec: 'opus', payloadType: 111 }], mid: 'voice' });
    alice.addTrack({ kind: 'video', codecs: [{ codec: 'H264', payloadType: 96 }], mid: 'camera' });
    const camera = bob.nextTrack({ kind: 'video', timeout: 20_000 });
    const voice = bob.nextTrack({ mid: 'voice', timeout: 20_000 });
    alice.setLocalDescription();
    expect([(await camera).mid, (await voice).type]).toEqual(['camera', 'audio']);
  });

  it('ends the wait with the connection, the signal or the timeout', async ({ rtc }) => {
    const { bob } = await connectedPair(rtc);
    expect(await codeOf(bob.nextDataChannel({ timeout: 5 }))).toBe('RTC_TIMEOUT');
    expect(await codeOf(bob.nextDataChannel({ signal: AbortSignal.abort() }))).toBe('RTC_ABORTED');
    const waiting = [bob.nextDataChannel(), bob.nextTrack()];
    void bob.close();
    for (const wait of waiting) expect(await codeOf(wait)).toBe('RTC_CLOSING');
    await bob.closed();
    expect(await codeOf(bob.nextTrack())).toBe('RTC_CLOSED');
  });

  it('has the options of `incoming`: each channel of a flood ends at its own bound', async ({ rtc }) => {
    const { alice, bob } = await connectedPair(rtc, {
      config: { incoming: { receiveBuffer: { bytes: 100_000 }, highWaterMark: 5000 } },
    });
    const channels = ['a', 'b', 'c'].map((label) => alice.createDataChannel(label));
    const far = await Promise.all(channels.map(({ label }) => bob.nextDataChannel({ label })));
    expect(far.map(({ highWaterMark }) => highWaterMark)).toEqual([5000, 5000, 5000]);
    const overflows = new Set<string>();
    for (const channel of far) {
      channel.on(
        'error',
        ({ code }: Error & { code?: string }) => code === 'RTC_OVERFLOW' && overflows.add(channel.label),
      );
    }
    const junk = Buffer.alloc(20_000);
    for (const channel of channels) for (let n = 0; n < 10; n++) channel.send(junk).catch(() => {});
    await until(() => overflows.size === 3, 'the overflows');
    // A channel of our own has the default.
    expect(bob.createDataChannel('ours').highWaterMark).toBe(1024 * 1024);
  });

  it('bounds what waits in all channels that the peer opened, also in those that it has closed and nobody took', async ({
    rtc,
  }) => {
    const { alice, bob, near, far } = await connectedPair(rtc, {
      config: { receiveBuffer: { bytes: 500_000 } },
    });
    const fill = async (label: string) => {
      const channel = alice.createDataChannel(label);
      for (let n = 0; n < 5; n++) await channel.send(Buffer.alloc(20_000));
      return channel;
    };
    for (const label of ['a', 'b', 'c', 'd', 'e']) await (await fill(label)).close();
    const excess = await fill('one too many');
    expect(await within(excess.closed(), 'the end of what is too much')).toMatchObject({ by: 'remote' });
    const ends = [];
    for (let n = 0; n < 6; n++) ends.push(await (await bob.nextDataChannel()).closed());
    expect(ends.map(({ by, unread }) => `${by} ${unread}`).slice(0, 5)).toEqual(Array(5).fill('remote 5'));
    expect(ends[5]).toMatchObject({ by: 'error', reason: { code: 'RTC_OVERFLOW' } });
    // What was read makes room again, and so does what somebody has the channel of.
    await near.send(Buffer.alloc(100_000));
    expect(await far.nextMessage()).toHaveLength(100_000);
    const later = alice.createDataChannel('later');
    await later.send(Buffer.alloc(100_000));
    expect(await (await bob.nextDataChannel()).nextMessage()).toHaveLength(100_000);
  });
});
