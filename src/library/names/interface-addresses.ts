import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';

/** Of all interfaces; `undefined` where the system cannot be asked, as in a process without a file descriptor left. */
export function interfaceAddresses(): readonly NetworkInterfaceInfo[] | undefined {
  try {
    return Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  } catch {
    return undefined;
  }
}
