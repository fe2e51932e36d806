import type { IncomingMessage } from 'node:http';
import { type ByeCode, type ClientJoin, ROOM_PROTOCOL_VERSION } from '../wire/room-message.js';
import type { CheckedServerOptions } from './server-options.js';

/** Why a client is not let in. */
export interface Refusal {
  readonly code: ByeCode;
  readonly reason?: string | undefined;
}

/**
 * Resolves with why a client is not let in; `undefined`: it may join. Never rejects: what `token` or `accept` throws goes
 * to `undecided`, and the client is to come back, because that trouble is the server's and may be over soon.
 */
export async function refusalOf(
  join: ClientJoin,
  from: IncomingMessage,
  { limits, admits, accept }: CheckedServerOptions,
  undecided: (error: unknown) => void,
): Promise<Refusal | undefined> {
  const { v = 1, id: _id, ...request } = join;
  if (v < 1 || v > ROOM_PROTOCOL_VERSION) return { code: 4006 };
  const { data } = request;
  if (data !== undefined && Buffer.byteLength(JSON.stringify(data)) > limits.memberData)
    return { code: 1009 };
  const { remoteAddress } = from.socket;
  try {
    if ((await admits(request)) !== true) return { code: 4001 };
    const accepted = await accept(request, { remoteAddress, origin: from.headers.origin });
    if (accepted === true) return undefined;
    return { code: 4007, reason: typeof accepted === 'string' ? accepted : undefined };
  } catch (error) {
    undecided(error);
    return { code: 4012 };
  }
}
