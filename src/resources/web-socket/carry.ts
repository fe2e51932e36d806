import type { Socket } from 'node:net';
import type { NativeWebSocket } from '../../native/binding.js';

/** A connection of the library that passes through this process's own sockets, as far as these know about it. */
export interface Carrier {
  /** As the library writes the address of the other end. */
  readonly remoteAddress: string;
  /** The subprotocol that the server chose, where its answer could be read. */
  readonly protocol: string | undefined;
  /** Bytes that the library has given away and the system has not taken. */
  readonly buffered: number;
}

/** Ends each of two sockets with the other. `library` is the library's end, `network` the peer's. */
export function endTogether(library: Socket, network: Socket): void {
  library.on('error', () => network.destroy());
  network.on('error', () => library.destroy());
  // What is left to be sent when the library has ended gets a moment; nothing more is read.
  library.once('close', () => {
    network.end();
    network.resume();
    const timer = setTimeout(() => network.destroy(), network.writableLength > 0 ? UNSENT_MS : LINGER_MS);
    network.once('close', () => clearTimeout(timer));
  });
  network.once('close', () => library.destroySoon());
}

/** Carries what comes from either to the other. */
export function carry(library: Socket, network: Socket): void {
  network.pipe(library);
  library.pipe(network);
}

export const addressOf = ({ remoteAddress, remotePort }: Socket) => `${remoteAddress}:${remotePort}`;

export const buffered = (library: Socket | undefined, network: Socket) =>
  network.writableLength + (library?.readableLength ?? 0);

/** Makes `native` tell what the carrier knows besides the library's own socket, `real`. */
export function carriedBy(carrier: Carrier, native: NativeWebSocket, real: NativeWebSocket): void {
  const inLibrary = real.bufferedAmount.bind(real);
  Object.defineProperties(native, {
    bufferedAmount: { value: () => inLibrary() + carrier.buffered },
    remoteAddress: { value: () => carrier.remoteAddress },
  });
}

/** Milliseconds for the other end to close, too, when the library has. */
const LINGER_MS = 300;
/** Milliseconds for the last bytes, where the network takes them slowly. */
const UNSENT_MS = 5000;
