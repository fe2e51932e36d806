/** How the NAL units of a frame are delimited. */
export type Separator = 'Length' | 'ShortStartSequence' | 'LongStartSequence' | 'StartSequence';

/** The NAL units of a frame; what is not whole is left out, and so are empty ones. */
export function splitNalUnits(frame: Buffer, separator: Separator): Uint8Array[] {
  const units = separator === 'Length' ? byLength(frame) : byStartCode(frame, separator);
  return units.filter((unit) => unit.length > 0);
}

/** Payloads of H.264 in the non-interleaved mode: single NAL units, or FU-A fragments (RFC 6184, section 5.8). */
export function fragmentH264(unit: Uint8Array, most: number): Uint8Array[] {
  const [header = 0] = unit;
  const indicator = Uint8Array.of((header & 0xe0) | FU_A);
  return unit.length <= most ? [unit] : fragments(unit.subarray(1), most, indicator, header & 0x1f);
}

/** Payloads of H.265: single NAL units, or fragments (RFC 7798, section 4.4.3). */
export function fragmentH265(unit: Uint8Array, most: number): Uint8Array[] {
  const [first = 0, second = 0] = unit;
  const header = Uint8Array.of((first & 0x81) | (FU << 1), second);
  return unit.length <= most ? [unit] : fragments(unit.subarray(2), most, header, (first >> 1) & 0x3f);
}

/** Types of NAL units: RFC 6184, table 1, and RFC 7798, section 4.4.3. */
const FU_A = 28;
const FU = 49;
const FIRST = 0x80;
const LAST = 0x40;
const LENGTH_BYTES = 4;

/** Of about the same size. Each begins with `header` and a byte that has the type and says which part it is. */
function fragments(body: Uint8Array, most: number, header: Uint8Array, type: number): Uint8Array[] {
  const start = header.length + 1;
  const count = Math.ceil(body.length / (most - start));
  const size = Math.ceil(body.length / count);
  const made: Uint8Array[] = [];
  for (let from = 0; from < body.length; from += size) {
    const part = body.subarray(from, from + size);
    const payload = new Uint8Array(start + part.length);
    payload.set(header);
    payload[start - 1] = type | (from === 0 ? FIRST : 0) | (from + size >= body.length ? LAST : 0);
    payload.set(part, start);
    made.push(payload);
  }
  return made;
}

function byLength(frame: Buffer): Uint8Array[] {
  const units: Uint8Array[] = [];
  for (let at = 0; at + LENGTH_BYTES < frame.length;) {
    const end = at + LENGTH_BYTES + frame.readUInt32BE(at);
    if (end > frame.length) break;
    units.push(frame.subarray(at + LENGTH_BYTES, end));
    at = end;
  }
  return units;
}

function byStartCode(frame: Buffer, separator: Separator): Uint8Array[] {
  const code = Buffer.from(separator === 'LongStartSequence' ? [0, 0, 0, 1] : [0, 0, 1]);
  const units: Uint8Array[] = [];
  let at = frame.indexOf(code);
  while (at >= 0) {
    const start = at + code.length;
    at = frame.indexOf(code, start);
    let end = at < 0 ? frame.length : at;
    // Of the start code of four bytes.
    if (at > start && separator === 'StartSequence' && frame[at - 1] === 0) end--;
    units.push(frame.subarray(start, end));
  }
  return units;
}
