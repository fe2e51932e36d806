/**
 * What two ends that use this package say to each other on the control channel of their connection.
 * `made`: the sender has made, for the `number`th time, its half of the channel that both make with the stream `id`.
 * `freed`: the channel that the sender made so for the `number`th time is gone, and its stream was reset.
 * `ping` is answered by a `pong` with its `number`.
 */
export type ControlMessage =
  | { readonly type: 'made' | 'freed'; readonly id: number; readonly number: number }
  | { readonly type: 'ping' | 'pong'; readonly number: number };

const TYPES = ['made', 'ping', 'pong', 'freed'] as const;
const VERSION = 1;
const TYPE_AT = 1;
const ID_AT = 2;
const NUMBER_AT = 4;
const BYTES = 8;

export function writeControl(message: ControlMessage): Buffer {
  const bytes = Buffer.alloc(BYTES);
  bytes[0] = VERSION;
  bytes[TYPE_AT] = TYPES.indexOf(message.type);
  if ('id' in message) bytes.writeUInt16BE(message.id, ID_AT);
  bytes.writeUInt32BE(message.number, NUMBER_AT);
  return bytes;
}

/** `undefined` for what is none, or is one of a later version. */
export function readControl(bytes: unknown): ControlMessage | undefined {
  if (!Buffer.isBuffer(bytes) || bytes.length !== BYTES || bytes[0] !== VERSION) return undefined;
  const type = TYPES[bytes.readUInt8(TYPE_AT)];
  const number = bytes.readUInt32BE(NUMBER_AT);
  if (type === undefined) return undefined;
  if (type === 'ping' || type === 'pong') return { type, number };
  return { type, id: bytes.readUInt16BE(ID_AT), number };
}
