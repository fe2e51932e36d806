import { describe, expect, it } from 'vitest';
import { camera, mediaPair, openPair } from './media-pair.js';
import { mediaRig } from './media-rig.js';
import { until } from '../support/event.js';

const rig = mediaRig();

const packetizer = { format: 'H264', ssrc: 42, cname: 'camera', payloadType: 96, clockRate: 90_000 } as const;
const FRAME = Buffer.concat([Buffer.from([0, 0, 0, 1, 0x65]), Buffer.alloc(100, 7)]);

describe('handlers that are set again on an open track', () => {
  const ways = [
    ['the same', {}],
    ['another payload type', { packetizer: { ...packetizer, cname: 'other', payloadType: 97 } }],
    ['pacing', { pacing: { bitsPerSecond: 50_000_000 } }],
    ['reports', { senderReports: true, nackResponder: 10 }],
  ] as const;
  it.each(ways)('go on with the numbers of the last packet: %s', async (_name, change) => {
    const { sending, receiving } = await openPair(rig.scope);
    const numbers: number[] = [];
    receiving.on('message', (packet) => {
      const bytes = packet as Buffer;
      if ((bytes[1] as number) < 192 || (bytes[1] as number) > 223) numbers.push(bytes.readUInt16BE(2));
    });
    const sendSome = async () => {
      for (let n = 0; n < 10; n++) {
        sending.timestamp += 3000;
        await sending.send(FRAME);
      }
      await sending.drained();
    };
    sending.setMediaHandlers({ packetizer });
    await sendSome();
    await until(() => numbers.length > 0, 'a packet');
    const { timestamp } = sending;
    // By chance random numbers lie ahead; not four times in a row.
    for (let round = 1; round <= 4; round++) {
      sending.setMediaHandlers({ packetizer, ...change });
      expect(sending.timestamp).toBe(timestamp + (round - 1) * 30_000);
      await sendSome();
    }
    await until(() => (numbers.at(-1) as number) - (numbers[0] as number) > 30, 'the last packets');
    expect((numbers.at(-1) as number) - (numbers[0] as number)).toBeLessThan(50);
  });

  it('go on with those of an earlier track of the connection', async () => {
    const pair = mediaPair(rig.scope);
    const first = pair.alice.addTrack(camera(42, { mid: 'first' }));
    first.setMediaHandlers({ packetizer });
    await pair.connect();
    await first.opened();
    const { timestamp } = first;
    await first.close();
    const second = pair.alice.addTrack(camera(42, { mid: 'second' }));
    second.setMediaHandlers({ packetizer });
    expect(second.timestamp).toBe(timestamp);
  });
});
