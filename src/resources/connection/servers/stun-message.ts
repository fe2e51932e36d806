import { requirePackage } from '../../../native/packages.js';

/** Methods and classes of STUN (RFC 8489) and TURN (RFC 8656), in one number as the header has them. */
export const STUN = {
  bindingRequest: 0x0001,
  allocateRequest: 0x0003,
  allocateSuccess: 0x0103,
  allocateError: 0x0113,
  refreshRequest: 0x0004,
} as const;

// Loaded by the first server that is asked: it takes longer to load than most of this package.
const crypto = () => requirePackage('node:crypto') as typeof import('node:crypto');

const MAGIC = 0x2112a442;
const USERNAME = 0x0006;
const MESSAGE_INTEGRITY = 0x0008;
const ERROR_CODE = 0x0009;
const LIFETIME = 0x000d;
const DATA = 0x0013;
const REALM = 0x0014;
const NONCE = 0x0015;
const REQUESTED_TRANSPORT = 0x0019;

export interface StunMessage {
  readonly type: number;
  readonly transaction: string;
  readonly error?: number;
  readonly realm?: Buffer;
  readonly nonce?: Buffer;
  /** Of a Send or Data indication: what is sent to the peer, or came from it. */
  readonly data?: Buffer;
}

/** `undefined` for what is no STUN message. */
export function readStunMessage(packet: Buffer): StunMessage | undefined {
  if (packet.length < 20 || packet.readUInt8(0) > 3 || packet.readUInt32BE(4) !== MAGIC) return undefined;
  const message = { type: packet.readUInt16BE(0), transaction: packet.toString('hex', 8, 20) };
  const found: { error?: number; realm?: Buffer; nonce?: Buffer; data?: Buffer } = {};
  for (let at = 20; at + 4 <= packet.length;) {
    const length = packet.readUInt16BE(at + 2);
    const value = packet.subarray(at + 4, at + 4 + length);
    if (value.length < length) break;
    const attribute = packet.readUInt16BE(at);
    if (attribute === ERROR_CODE && length >= 4) found.error = value.readUInt8(2) * 100 + value.readUInt8(3);
    if (attribute === REALM) found.realm = value;
    if (attribute === NONCE) found.nonce = value;
    if (attribute === DATA) found.data = value;
    at += 4 + length + padding(length);
  }
  return { ...message, ...found };
}

/** What a server that asked for credentials is sent them with. */
export interface StunAccount {
  readonly username: string;
  readonly password: string;
  readonly realm: Buffer;
  readonly nonce: Buffer;
}

export function writeStunRequest(
  type: number,
  { transport, lifetime }: { transport?: 'udp'; lifetime?: number } = {},
  account?: StunAccount,
): { packet: Buffer; transaction: string } {
  const transaction = crypto().randomBytes(12);
  const attributes: Buffer[] = [];
  if (transport) attributes.push(attribute(REQUESTED_TRANSPORT, Buffer.from([17, 0, 0, 0])));
  if (lifetime !== undefined) attributes.push(attribute(LIFETIME, uint32(lifetime)));
  if (account) {
    attributes.push(
      attribute(USERNAME, Buffer.from(account.username)),
      attribute(REALM, account.realm),
      attribute(NONCE, account.nonce),
    );
  }
  const body = Buffer.concat(attributes);
  const header = (length: number) => {
    const start = Buffer.alloc(8);
    start.writeUInt16BE(type, 0);
    start.writeUInt16BE(length, 2);
    start.writeUInt32BE(MAGIC, 4);
    return Buffer.concat([start, transaction]);
  };
  if (!account)
    return { packet: Buffer.concat([header(body.length), body]), transaction: transaction.toString('hex') };
  // RFC 8489, section 14.5: the length in the hashed header already counts the attribute itself.
  const hashed = Buffer.concat([header(body.length + 24), body]);
  const key = crypto()
    .createHash('md5')
    .update(`${account.username}:`)
    .update(account.realm)
    .update(`:${account.password}`);
  const integrity = crypto().createHmac('sha1', key.digest()).update(hashed).digest();
  const packet = Buffer.concat([hashed, attribute(MESSAGE_INTEGRITY, integrity)]);
  return { packet, transaction: transaction.toString('hex') };
}

function attribute(type: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, value, Buffer.alloc(padding(value.length))]);
}

const padding = (length: number) => (4 - (length % 4)) % 4;

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value, 0);
  return bytes;
}
