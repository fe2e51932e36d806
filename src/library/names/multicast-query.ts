import { createSocket } from 'node:dgram';

/** A name without an address, with a `code` as Node's own errors of names have it. */
export class NameError extends Error {
  override name = 'NameError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Asks the local network for a `.local` name (RFC 6762, section 5.1: a one-shot query), for a moment. */
export function queryMulticast(name: string, signal: AbortSignal): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const socket = createSocket({ type: 'udp4', reuseAddr: true });
    const query = encodeQuery(name);
    const timers: NodeJS.Timeout[] = [];
    const end = (outcome: () => void) => {
      signal.removeEventListener('abort', abort);
      for (const timer of timers) clearTimeout(timer);
      socket.close();
      outcome();
    };
    const nobody = () =>
      end(() => reject(new NameError('ENOTFOUND', `nobody answers for ${name} on the local network`)));
    const abort = () => end(() => reject(signal.reason));
    signal.addEventListener('abort', abort, { once: true });
    socket.on('error', nobody);
    socket.on('message', (packet) => {
      const addresses = readAnswers(packet, name);
      if (addresses.length > 0) end(() => resolve(addresses));
    });
    // Twice: nothing repeats a datagram that is lost.
    for (const ms of [0, REPEAT_MS]) {
      timers.push(
        setTimeout(() => socket.send(query, 5353, '224.0.0.251', (error) => error && nobody()), ms),
      );
    }
    timers.push(setTimeout(nobody, LONGEST_MS));
  });
}

const REPEAT_MS = 400;
/** Milliseconds; whoever has the name answers within 120 ms of the question (section 6). */
const LONGEST_MS = 1500;
const TYPE_A = 1;
const TYPE_AAAA = 28;

function encodeQuery(name: string): Buffer {
  const labels = name.replace(/\.$/, '').split('.');
  const encoded = labels.flatMap((label) => [Buffer.from([Buffer.byteLength(label)]), Buffer.from(label)]);
  const question = (type: number) => Buffer.concat([...encoded, Buffer.from([0, 0, type, 0, 1])]);
  return Buffer.concat([
    Buffer.from([0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0]),
    question(TYPE_A),
    question(TYPE_AAAA),
  ]);
}

/** The addresses that a packet gives `name`; none where the packet is anything else, or malformed. */
export function readAnswers(packet: Buffer, name: string): string[] {
  try {
    const found: string[] = [];
    let at = 12;
    for (let left = packet.readUInt16BE(4); left > 0; left--) at = readName(packet, at).end + 4;
    for (let left = packet.readUInt16BE(6); left > 0; left--) {
      const { text, end } = readName(packet, at);
      const type = packet.readUInt16BE(end);
      const length = packet.readUInt16BE(end + 8);
      const data = packet.subarray(end + 10, end + 10 + length);
      at = end + 10 + length;
      if (text.toLowerCase() !== name.replace(/\.$/, '').toLowerCase()) continue;
      if (type === TYPE_A && length === 4) found.push(data.join('.'));
      if (type === TYPE_AAAA && length === 16)
        found.push(data.toString('hex').replace(/(.{4})(?!$)/g, '$1:'));
    }
    return found;
  } catch {
    return [];
  }
}

function readName(packet: Buffer, start: number): { text: string; end: number } {
  const labels: string[] = [];
  let at = start;
  let end: number | undefined;
  for (let steps = 0; steps < MOST_LABELS; steps++) {
    const length = packet.readUInt8(at);
    if (length >= 0xc0) {
      end ??= at + 2;
      at = packet.readUInt16BE(at) & 0x3fff;
      continue;
    }
    if (length === 0) return { text: labels.join('.'), end: end ?? at + 1 };
    labels.push(packet.toString('utf8', at + 1, at + 1 + length));
    at += 1 + length;
  }
  throw new RangeError('a name without an end');
}

/** A pointer may lead back to itself. */
const MOST_LABELS = 128;
