import { createSocket, type Socket } from 'node:dgram';
import { isIP } from 'node:net';
import { readStunMessage, STUN, type StunMessage, writeStunRequest } from './stun-message.js';
import { afterTurn } from '../../../time/clock.js';

interface Asked {
  readonly address: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
}

/**
 * Asks a STUN server for an address, or a TURN server for a relay that is given back at once, from a socket of its own.
 * The library does not report what a server answered. Resolves with a few words; takes two seconds at the most.
 */
export async function askServer(server: Asked, signal: AbortSignal): Promise<string> {
  const socket = createSocket(isIP(server.address) === 6 ? 'udp6' : 'udp4');
  const close = () => socket.close();
  signal.addEventListener('abort', close, { once: true });
  try {
    const ask = (request: { packet: Buffer; transaction: string }) =>
      exchange(socket, server, request, signal);
    const { username, password } = server;
    if (username === undefined || password === undefined) {
      return (await ask(writeStunRequest(STUN.bindingRequest))) ? 'answered' : NO_ANSWER;
    }
    const first = await ask(writeStunRequest(STUN.allocateRequest, { transport: 'udp' }));
    if (!first) return NO_ANSWER;
    const { realm, nonce } = first;
    if (first.error !== 401 || !realm || !nonce) return outcomeOf(first);
    const account = { username, password, realm, nonce };
    const second = await ask(writeStunRequest(STUN.allocateRequest, { transport: 'udp' }, account));
    if (!second) return NO_ANSWER;
    if (second.type === STUN.allocateSuccess) {
      socket.send(
        writeStunRequest(STUN.refreshRequest, { lifetime: 0 }, account).packet,
        server.port,
        server.address,
      );
    }
    return outcomeOf(second);
  } finally {
    signal.removeEventListener('abort', close);
    if (!signal.aborted) afterTurn(close); // behind the last packet
  }
}

/** What an answer to Allocate means (RFC 8656, section 7.4). */
export function outcomeOf({ type, error }: StunMessage): string {
  if (type === STUN.allocateSuccess || error === undefined) return 'answered';
  if (error === 401) return 'refused the credentials';
  if (error === 438) return 'answered'; // a stale nonce: asked again with a new one
  if (error === 486) return 'refused: the quota of the account is used up';
  if (error === 508) return 'refused: the server has no capacity';
  return `refused with error ${error}`;
}

function exchange(
  socket: Socket,
  { address, port }: Asked,
  { packet, transaction }: { packet: Buffer; transaction: string },
  signal: AbortSignal,
): Promise<StunMessage | undefined> {
  return new Promise((resolve) => {
    const timers = RETRIES_MS.map((ms) =>
      setTimeout(() => {
        if (!signal.aborted) socket.send(packet, port, address, () => {});
      }, ms).unref(),
    );
    const end = (message?: StunMessage) => {
      for (const timer of timers) clearTimeout(timer);
      socket.off('message', onMessage);
      signal.removeEventListener('abort', abort);
      resolve(message);
    };
    const abort = () => end();
    const onMessage = (data: Buffer) => {
      const message = readStunMessage(data);
      if (message?.transaction === transaction) end(message);
    };
    socket.on('message', onMessage);
    socket.on('error', abort);
    signal.addEventListener('abort', abort, { once: true });
    timers.push(setTimeout(abort, LONGEST_MS).unref());
  });
}

const NO_ANSWER = 'no answer';
const RETRIES_MS = [0, 250];
const LONGEST_MS = 1000;
