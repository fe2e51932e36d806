import type { Socket } from 'node:net';
import type { NativeWebSocket } from '../../native/binding.js';

/** A connection of the library that passes through this process's own sockets, as far as these know about it. */
export interface Carrier {
  /** As the library writes the address of the other end. */
  readonly remoteAddress: string;
  /** Path and query of the request, where the library was given another; else `undefined`. */
  readonly requestPath?: string | undefined;
  /** The subprotocol that the server chose, '' for none; `undefined` where its answer could not be read. */
  readonly protocol: string | undefined;
  /** Bytes that the library has given away and the system has not taken. */
  readonly buffered: number;
  /** Nothing has come from the network since this was asked last, and the library has what came before. */
  isQuiet(): boolean;
  /**
   * The library is about to close its end, and takes nothing more. A write that failed would destroy the socket with what the
   * library has sent and nobody has read yet. `isLate`: the time for that is over, and what does not get on is given up.
   */
  libraryCloses(isLate: boolean): void;
}

/** See `Carrier.isQuiet`. */
export function quietness(library: Socket, network: Socket): () => boolean {
  let before = -1;
  return () => {
    const { bytesRead } = network;
    const isPassedOn = network.readableLength === 0 && library.writableLength === 0;
    const isQuiet = library.destroyed || (bytesRead === before && isPassedOn);
    before = bytesRead;
    return isQuiet;
  };
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
    bufferedAmount: { value: () => inLibrary() + carrier.buffered, configurable: true },
    remoteAddress: { value: () => carrier.remoteAddress, configurable: true },
  });
}
