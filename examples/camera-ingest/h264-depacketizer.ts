const START_CODE = Buffer.from([0, 0, 0, 1]);
/** Types of NAL units, and of payloads that carry several or a part of one (RFC 6184, table 1). */
const IDR = 5;
const SPS = 7;
const STAP_A = 24;
const FU_A = 28;

/**
 * Puts H.264 together again that came in RTP packets. After a lost packet what follows cannot be shown until the next
 * key frame: it is left out, and `askForKeyFrame` is called.
 */
export class H264Depacketizer {
  /** NAL units until now. */
  units = 0;
  readonly #askForKeyFrame: () => void;
  #expected: number | undefined;
  /** A unit of which not all parts have come. */
  #parts: Buffer[] = [];
  #waitsForKeyFrame = true;

  constructor(askForKeyFrame: () => void) {
    this.#askForKeyFrame = askForKeyFrame;
  }

  /** Takes an RTP packet; returns the NAL units that are complete now, each with a start code before it. */
  push(packet: Buffer): Buffer[] {
    const payload = payloadOf(packet);
    if (payload === undefined) return []; // RTCP, or nothing in it
    const sequence = packet.readUInt16BE(2);
    const isLost = this.#expected !== undefined && sequence !== this.#expected;
    this.#expected = (sequence + 1) & 0xffff;
    if (isLost) {
      this.#parts = [];
      this.#waitsForKeyFrame = true;
    }
    const units = this.#unitsIn(payload).filter((unit) => this.#canBeShown(unit));
    if (this.#waitsForKeyFrame) this.#askForKeyFrame();
    this.units += units.length;
    return units.map((unit) => Buffer.concat([START_CODE, unit]));
  }

  #unitsIn(payload: Buffer): Buffer[] {
    const type = typeOf(payload);
    if (type === STAP_A) {
      const units: Buffer[] = [];
      for (let at = 1; at + 2 <= payload.length;) {
        const length = payload.readUInt16BE(at);
        units.push(payload.subarray(at + 2, at + 2 + length));
        at += 2 + length;
      }
      return units.filter((unit) => unit.length > 0);
    }
    if (type !== FU_A) return type < STAP_A ? [payload] : [];
    const [indicator = 0, header = 0] = payload;
    const isFirst = (header & 0x80) !== 0;
    const isLast = (header & 0x40) !== 0;
    if (isFirst) this.#parts = [Buffer.from([(indicator & 0xe0) | (header & 0x1f)])];
    else if (this.#parts.length === 0) return []; // its beginning was lost
    this.#parts.push(payload.subarray(2));
    return isLast ? [Buffer.concat(this.#parts.splice(0))] : [];
  }

  #canBeShown(unit: Buffer): boolean {
    const type = typeOf(unit);
    if (type === IDR || type === SPS) this.#waitsForKeyFrame = false;
    return !this.#waitsForKeyFrame;
  }
}

const typeOf = (unit: Buffer) => (unit[0] ?? 0) & 0x1f;

/** What an RTP packet carries (RFC 3550, 5.1); undefined for RTCP and for padding alone. */
function payloadOf(packet: Buffer): Buffer | undefined {
  const [first = 0, second = 0] = packet;
  if (packet.length < 12 || (second >= 192 && second <= 223)) return undefined;
  let start = 12 + 4 * (first & 0x0f);
  if (first & 0x10) start += 4 + 4 * packet.readUInt16BE(start + 2);
  const padding = first & 0x20 ? (packet.at(-1) ?? 0) : 0;
  return start < packet.length - padding ? packet.subarray(start, packet.length - padding) : undefined;
}
