import { integer, singleLine } from '../../arguments/argument.js';
import { MAX_UINT16 } from './limits.js';

const port16 = integer(1, MAX_UINT16);

export interface CheckedIceUdpMux {
  readonly port: number;
  readonly address?: string;
}

/** Not port 0: the library would take a free port, and not report which. */
export function validateIceUdpMux(port: unknown, address?: unknown): CheckedIceUdpMux {
  const checkedPort = port16(port, 'port');
  return address === undefined
    ? { port: checkedPort }
    : { port: checkedPort, address: singleLine(address, 'address') };
}
