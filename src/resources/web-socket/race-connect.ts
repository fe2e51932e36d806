import { connect, isIP, type Socket } from 'node:net';

/**
 * A TCP connection to the first of `addresses` that answers (RFC 8305): the next is tried when the last has failed, or
 * has not answered for a moment, and the families take turns. When all have failed, rejects with the first failure that an
 * address answered with, or with the first of all where none can be reached from here.
 */
export function raceConnect(
  addresses: readonly string[],
  port: number,
  signal: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const waiting = inTurns(addresses);
    const attempts = new Set<Socket>();
    let failure: NodeJS.ErrnoException | undefined;
    let timer: NodeJS.Timeout | undefined;
    const end = (winner?: Socket) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      for (const socket of attempts) if (socket !== winner) socket.destroy();
      attempts.clear();
    };
    const abort = () => {
      end();
      reject(signal.reason as Error);
    };
    const next = () => {
      clearTimeout(timer);
      const host = waiting.shift();
      if (host === undefined) {
        if (attempts.size > 0) return;
        end();
        reject(failure ?? new Error('the name has no address'));
        return;
      }
      // Half open: an end that has sent everything may still have to receive the rest.
      const socket = connect({ host, port, noDelay: true, allowHalfOpen: true });
      attempts.add(socket);
      socket.on('error', (error: NodeJS.ErrnoException) => {
        if (!failure || (UNREACHABLE.has(failure.code) && !UNREACHABLE.has(error.code))) failure = error;
        if (attempts.delete(socket)) next();
      });
      socket.once('connect', () => {
        if (!attempts.has(socket)) return;
        end(socket);
        resolve(socket);
      });
      timer = setTimeout(next, ATTEMPT_DELAY_MS);
    };
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    else next();
  });
}

/** In the given order, but the families take turns. */
function inTurns(addresses: readonly string[]): string[] {
  const first = isIP(addresses[0] ?? '');
  const one = addresses.filter((address) => isIP(address) === first);
  const other = addresses.filter((address) => isIP(address) !== first);
  return one
    .flatMap((address, index) =>
      other.slice(index, index + 1).reduce((list, each) => [...list, each], [address]),
    )
    .concat(other.slice(one.length));
}

/** Where a machine has no way to an address, as many have none to those of IPv6, that is not why a server cannot be reached. */
const UNREACHABLE: ReadonlySet<string | undefined> = new Set([
  'EADDRNOTAVAIL',
  'EAFNOSUPPORT',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
/** RFC 8305, section 5: the connection attempt delay. */
const ATTEMPT_DELAY_MS = 250;
