/** Cuts OBUs of AV1 into payloads (the codec's RTP payload format, section 4), one OBU or a part of one in each. */
export class Av1Payloads {
  readonly #most: number;
  /** Goes into the packet of the OBU that follows. */
  #sequenceHeader: Uint8Array | undefined;

  constructor(most: number) {
    this.#most = most;
  }

  ofTemporalUnit(unit: Uint8Array): Uint8Array[] {
    return splitObus(unit).flatMap((obu) => this.ofObu(obu));
  }

  ofObu(obu: Uint8Array): Uint8Array[] {
    if (obu.length === 0) return [];
    if (typeOf(obu) === SEQUENCE_HEADER) {
      this.#sequenceHeader = obu.slice();
      return [];
    }
    const before = this.#sequenceHeader;
    this.#sequenceHeader = undefined;
    if (!before) return this.#fragments([], obu, 0);
    const length = leb128(before.length);
    // No room for it and for some of what follows: it goes alone.
    if (before.length + length.length + 2 > this.#most) {
      return [...this.#fragments([], before, STARTS_SEQUENCE), ...this.#fragments([], obu, 0)];
    }
    return this.#fragments([...length, ...before], obu, STARTS_SEQUENCE);
  }

  /** `head`: an OBU and its length, before the first one. */
  #fragments(head: readonly number[], obu: Uint8Array, flags: number): Uint8Array[] {
    const made: Uint8Array[] = [];
    for (let from = 0; from < obu.length;) {
      const first = from === 0;
      const before = first ? head : [];
      const part = obu.subarray(from, from + this.#most - 1 - before.length);
      from += part.length;
      const elements = before.length > 0 ? 2 : 1;
      const aggregation =
        (elements << 4) | (first ? flags : CONTINUES_ONE) | (from < obu.length ? IS_CONTINUED : 0);
      const payload = new Uint8Array(1 + before.length + part.length);
      payload[0] = aggregation;
      payload.set(before, 1);
      payload.set(part, 1 + before.length);
      made.push(payload);
    }
    return made;
  }
}

/** Bits of the aggregation header: Z, Y and N. */
const CONTINUES_ONE = 0x80;
const IS_CONTINUED = 0x40;
const STARTS_SEQUENCE = 0x08;
/** Types and bits of an OBU header (AV1 bitstream, section 5.3). */
const SEQUENCE_HEADER = 1;
const TEMPORAL_DELIMITER = 2;
const HAS_EXTENSION = 0x04;
const HAS_SIZE = 0x02;
/** Bytes that a leb128 number may have (AV1 bitstream, section 4.10.5). */
const LEB128_BYTES = 8;

const typeOf = (obu: Uint8Array): number => ((obu[0] as number) >> 3) & 15;

/** Without their sizes, which packets do not need, and without delimiters. What is not whole is left out. */
function splitObus(unit: Uint8Array): Uint8Array[] {
  const obus: Uint8Array[] = [];
  for (let at = 0; at < unit.length;) {
    const header = unit[at] as number;
    const headerBytes = header & HAS_EXTENSION ? 2 : 1;
    let start = at + headerBytes;
    let end = unit.length;
    if (header & HAS_SIZE) {
      let size = 0;
      for (let n = 0; n < LEB128_BYTES; n++) {
        const byte = unit[start++] ?? 0;
        size += (byte & 127) * 2 ** (7 * n);
        if (byte < 128) break;
      }
      end = start + size;
    }
    if (end > unit.length) break;
    const obu = new Uint8Array(headerBytes + end - start);
    obu.set(unit.subarray(at, at + headerBytes));
    obu[0] = header & ~HAS_SIZE;
    obu.set(unit.subarray(start, end), headerBytes);
    if (typeOf(obu) !== TEMPORAL_DELIMITER) obus.push(obu);
    at = end;
  }
  return obus;
}

function leb128(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb128(value >>> 7)];
}
