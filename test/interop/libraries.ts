import { PEERS } from '../../verify/interop/peers.js';
import { reportMissing } from '../support/services.js';

/** Peers of the matrix that are no commands but libraries of Debian, for Go and for the Python of the system. */
const LIBRARIES = ['pion', 'aiortc'];

/** What a peer of the matrix is installed from. */
export const packagesOf = (peer: string): string => PEERS[peer]?.from.replace(/^apt /, '') ?? '';

/** Once for a run with tests that need services. */
export function setup(): void {
  const missing = LIBRARIES.filter((peer) => PEERS[peer]?.find() === undefined);
  reportMissing(missing, `apt-get install ${missing.map(packagesOf).join(' ')}`);
}
