import { describe, expect, it } from 'vitest';
import { FramePacketizer } from '../../src/resources/media/frame-packetizer.js';
import { RtpStream } from '../../src/resources/media/rtp-stream.js';

const SETTINGS = { ssrc: 42, cname: 'camera', payloadType: 96, clockRate: 90_000 } as const;
const MOST = 100;
const unit = (header: readonly number[], bytes: number) =>
  Buffer.concat([Buffer.from(header), Buffer.from(Array.from({ length: bytes }, (_, n) => (n % 250) + 1))]);

const payloadsOf = (packets: readonly Buffer[]) => packets.map((packet) => packet.subarray(12));
const markersOf = (packets: readonly Buffer[]) => packets.map((packet) => (packet[1] as number) >> 7);

/** Puts the NAL units together that a receiver gets: `headerOf` gives the header of a fragmented one. */
function nalUnits(packets: readonly Buffer[], fragmented: (payload: Buffer) => boolean, header: number) {
  const units: Buffer[] = [];
  for (const payload of payloadsOf(packets)) {
    expect(payload.length).toBeLessThanOrEqual(MOST);
    if (!fragmented(payload)) {
      units.push(payload);
      continue;
    }
    const flags = payload[header] as number;
    const [first, second] = payload as unknown as [number, number];
    const restored =
      header === 1 ? [(first & 0xe0) | (flags & 0x1f)] : [(first & 0x81) | ((flags & 0x3f) << 1), second];
    const rest = payload.subarray(header + 1);
    if (flags & 0x80) units.push(Buffer.concat([Buffer.from(restored), rest]));
    else units.push(Buffer.concat([units.pop() as Buffer, rest]));
  }
  return units;
}

const START = Buffer.from([0, 0, 0, 1]);
const SHORT = Buffer.from([0, 0, 1]);
const lengthOf = ({ length }: Buffer) => Buffer.from([0, 0, length >> 8, length & 255]);

describe.each([
  ['H264', [unit([0x67], 8), unit([0x68], 99), unit([0x65], 100), unit([0x41], 1000)], 1],
  ['H265', [unit([0x40, 1], 8), unit([0x42, 1], 98), unit([0x26, 1], 99), unit([2, 9], 1000)], 2],
] as const)('frames of %s', (format, units, header) => {
  const fragmented = (payload: Buffer) =>
    header === 1 ? ((payload[0] as number) & 0x1f) === 28 : (payload[0] as number) >> 1 === 49;
  it.each([
    ['StartSequence', units.flatMap((each, n) => [n % 2 ? SHORT : START, each])],
    ['LongStartSequence', units.flatMap((each) => [START, each])],
    ['ShortStartSequence', units.flatMap((each) => [SHORT, each])],
    ['Length', units.flatMap((each) => [lengthOf(each), each])],
  ] as const)('are cut and come together again: %s', (separator, parts) => {
    const stream = new RtpStream(42);
    const packetizer = new FramePacketizer({ ...SETTINGS, format, separator, maxFragmentSize: MOST }, stream);
    const packets = packetizer.packets(Buffer.concat(parts));
    expect(nalUnits(packets, fragmented, header)).toEqual(units);
    expect(markersOf(packets)).toEqual(packets.map((_, n) => Number(n === packets.length - 1)));
    const numbers = packets.map((packet) => packet.readUInt16BE(2));
    expect(numbers).toEqual(numbers.map((_, n) => (numbers[0] as number) + n));
  });

  it.each([0, 1, 2, 3, 4, 5])('of %i bytes of nonsense give no packet, or one', (bytes) => {
    for (const separator of ['StartSequence', 'Length'] as const) {
      const packetizer = new FramePacketizer({ ...SETTINGS, format, separator }, new RtpStream(42));
      for (const fill of [0, 1, 255])
        expect(packetizer.packets(Buffer.alloc(bytes, fill)).length).toBeLessThanOrEqual(1);
    }
  });
});

describe('temporal units of AV1', () => {
  const obu = (type: number, bytes: number) => unit([type << 3], bytes);
  const sized = (each: Buffer) => {
    const size = each.length - 1;
    const leb = size < 128 ? [size] : [(size & 127) | 128, size >> 7];
    return Buffer.concat([Buffer.from([(each[0] as number) | 2, ...leb]), each.subarray(1)]);
  };

  it('lose their delimiter, and have the sequence header in the packet of the frame', () => {
    const [sequence, frame] = [obu(1, 10), obu(6, 300)];
    const packetizer = new FramePacketizer(
      { ...SETTINGS, format: 'AV1', maxFragmentSize: MOST },
      new RtpStream(42),
    );
    const packets = packetizer.packets(
      Buffer.concat([Buffer.from([0x12, 0]), sized(sequence), sized(frame)]),
    );
    const payloads = payloadsOf(packets);
    expect(payloads.map(([aggregation]) => aggregation)).toEqual([0x68, 0xd0, 0xd0, 0x90]);
    const [first, ...others] = payloads as [Buffer, ...Buffer[]];
    expect(first.subarray(1, 2 + sequence.length)).toEqual(Buffer.concat([Buffer.from([11]), sequence]));
    const parts = [first.subarray(2 + sequence.length), ...others.map((each) => each.subarray(1))];
    expect(Buffer.concat(parts)).toEqual(frame);
    expect(markersOf(packets)).toEqual([0, 0, 0, 1]);
  });

  it('may have a sequence header that fills a packet', () => {
    const packetizer = new FramePacketizer(
      { ...SETTINGS, format: 'AV1', packetization: 'Obu', maxFragmentSize: MOST },
      new RtpStream(42),
    );
    expect(packetizer.packets(obu(1, 150))).toEqual([]);
    const payloads = payloadsOf(packetizer.packets(obu(6, 20)));
    expect(payloads.map(([aggregation]) => aggregation)).toEqual([0x58, 0x90, 0x10]);
  });

  it.each([0, 1, 2, 3, 9])('of %i bytes of nonsense do no harm', (bytes) => {
    const packetizer = new FramePacketizer({ ...SETTINGS, format: 'AV1' }, new RtpStream(42));
    for (const fill of [0, 2, 6, 255])
      expect(packetizer.packets(Buffer.alloc(bytes, fill)).length).toBeLessThan(10);
  });
});

it('the extension for the playout delay has one or two bytes of header', () => {
  const packetOf = (id: number) =>
    new RtpStream(42).packets([Buffer.of(9)], { payloadType: 96, playoutDelay: { id, min: 1, max: 300 } });
  const [one, two] = [packetOf(5)[0] as Buffer, packetOf(200)[0] as Buffer];
  expect(one.subarray(12).toString('hex')).toBe('bede00015200112c09');
  expect(two.subarray(12).toString('hex')).toBe('10000002c80300112c00000009');
  expect(one[0]).toBe(0x90);
});
