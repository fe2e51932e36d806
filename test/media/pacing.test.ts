import { describe, expect, it } from 'vitest';
import { openPair } from './media-pair.js';
import { mediaRig } from './media-rig.js';
import { countPackets, rtp } from './packets.js';
import { nextEvent, until } from '../support/event.js';

const rig = mediaRig();

const packetizer = { format: 'H264', ssrc: 42, cname: 'camera', payloadType: 96, clockRate: 90_000 } as const;
/** A packet of 60 bytes a second or so. */
const SLOW = { bitsPerSecond: 1000 };
const frameOf = (bytes: number) => Buffer.concat([Buffer.from([0, 0, 0, 1, 0x65]), Buffer.alloc(bytes, 7)]);

describe('a paced track', () => {
  it('counts what has not left when it closes', async () => {
    const { sending } = await openPair(rig.scope);
    sending.setMediaHandlers({ pacing: SLOW });
    for (let n = 0; n < 10; n++) await sending.send(rtp(n, 42));
    const waiting = sending.bufferedAmount / rtp(0, 42).length;
    expect(waiting).toBeGreaterThan(0);
    await sending.close();
    expect((await sending.closed()).undelivered).toBe(waiting);
  });

  it('makes a sender wait that is faster than its pace', async () => {
    const { sending } = await openPair(rig.scope);
    sending.setMediaHandlers({ pacing: { bitsPerSecond: 1_000_000 } });
    sending.highWaterMark = 1000;
    const low = nextEvent(sending, 'bufferedAmountLow');
    for (let n = 0; n < 100; n++) {
      await sending.send(rtp(n, 42));
      expect(sending.bufferedAmount).toBeLessThan(1000);
    }
    await low;
    await sending.drained();
    expect(sending.bufferedAmount).toBe(0);
  });

  it('refuses more than 16 MiB from a sender that does not wait', async () => {
    const { sending } = await openPair(rig.scope);
    sending.setMediaHandlers({ packetizer, pacing: SLOW });
    const [first, second] = [sending.send(frameOf(9_000_000)), sending.send(frameOf(9_000_000))];
    await expect(second).rejects.toMatchObject({ code: 'RTC_OVERFLOW' });
    await sending.close();
    await expect(first).rejects.toMatchObject({ code: 'RTC_CLOSING' });
    expect((await sending.closed()).undelivered).toBe(1);
  });

  it('sends at once what waits when its pacing is taken away', async () => {
    const { sending, receiving } = await openPair(rig.scope);
    sending.setMediaHandlers({ pacing: SLOW });
    const seen = countPackets(receiving, 42);
    for (let n = 0; n < 10; n++) await sending.send(rtp(n, 42));
    sending.setMediaHandlers({ nackResponder: true });
    expect(sending.bufferedAmount).toBe(0);
    await until(() => seen.count > 5, 'the packets'); // RTP is not reliable
  });
});
