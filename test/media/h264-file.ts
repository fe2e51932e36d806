import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const START = Buffer.from([0, 0, 0, 1]);

/** A NAL unit (ITU-T H.264, 7.3.1) of `type` whose payload has no byte that could be part of a start code. */
function nalUnit(type: number, length: number): Buffer {
  const unit = randomBytes(length).map((byte) => byte | 0x04);
  unit[0] = (3 << 5) | type;
  return Buffer.from(unit);
}

/** A byte stream (Annex B) of `frames` pictures, each a key frame of SPS, PPS and one slice of about 3 kB. */
export async function writeH264File(frames: number): Promise<{ path: string; remove: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'scoped-rtc-h264-'));
  const path = join(directory, 'clip.h264');
  const units = Array.from({ length: frames }, (_, n) => [
    nalUnit(7, 20),
    nalUnit(8, 8),
    nalUnit(5, 3000 + n),
  ]);
  await writeFile(path, Buffer.concat(units.flat().flatMap((unit) => [START, unit])));
  return { path, remove: () => rm(directory, { recursive: true }) };
}

/** The pictures of such a file: each starts with its SPS. */
export async function readH264Frames(path: string): Promise<Buffer[]> {
  const file = await readFile(path);
  const starts: number[] = [];
  for (let at = file.indexOf(START); at >= 0; at = file.indexOf(START, at + 4)) {
    if (((file[at + 4] ?? 0) & 0x1f) === 7) starts.push(at);
  }
  return starts.map((start, index) => file.subarray(start, starts[index + 1]));
}

/** Puts the frames together again from RTP packets (RFC 6184: single units and FU-A), by timestamp. */
export class H264Depacketizer {
  readonly #frames = new Map<number, Buffer[]>();
  readonly #sequence = new Map<number, number[]>();

  push(packet: Buffer): void {
    const timestamp = packet.readUInt32BE(4);
    const headerLength = 12 + 4 * ((packet[0] ?? 0) & 0x0f);
    const payload = packet.subarray(headerLength);
    const parts = this.#frames.get(timestamp) ?? [];
    this.#frames.set(timestamp, parts);
    this.#sequence.set(timestamp, [...(this.#sequence.get(timestamp) ?? []), packet.readUInt16BE(2)]);
    const indicator = payload[0] ?? 0;
    if ((indicator & 0x1f) !== 28) {
      parts.push(START, payload);
      return;
    }
    const header = payload[1] ?? 0;
    if (header & 0x80) parts.push(START, Buffer.from([(indicator & 0xe0) | (header & 0x1f)]));
    parts.push(payload.subarray(2));
  }

  /** Frames all of whose packets came, in the order sent. */
  get frames(): Map<number, Buffer> {
    const whole = new Map<number, Buffer>();
    for (const [timestamp, parts] of this.#frames) {
      const numbers = this.#sequence.get(timestamp) ?? [];
      const inOrder = numbers.every((n, i) => i === 0 || n === (((numbers[i - 1] ?? 0) + 1) & 0xffff));
      if (inOrder) whole.set(timestamp, Buffer.concat(parts));
    }
    return whole;
  }
}
