import { BlockList, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';

/**
 * All these candidates are addresses of this host or of networks that it is on. With one that a STUN or TURN server gave
 * they may not be: many networks have the same private addresses.
 */
export function isNear(candidates: readonly string[]): boolean {
  if (candidates.length === 0) return false;
  const here = networksHere();
  return candidates.every((candidate) => {
    const [address, , , type] = candidate.split(' ').slice(4);
    if (address === undefined || type !== 'host') return false;
    try {
      return here.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
    } catch {
      return false; // a name: how far that is, nobody knows
    }
  });
}

/** A STUN or TURN server has seen another address than the host has: what it has not asked for does not reach it. */
export function isBehindNat(candidates: readonly string[]): boolean {
  return candidates.some((candidate) => candidate.split(' ')[7] !== 'host');
}

function networksHere(): BlockList {
  const here = new BlockList();
  for (const addresses of Object.values(networkInterfaces())) {
    for (const { address, cidr, family } of addresses ?? []) {
      const type = family === 'IPv6' ? 'ipv6' : 'ipv4';
      if (cidr === null) here.addAddress(address, type);
      else here.addSubnet(address, Number(cidr.split('/')[1]), type);
    }
  }
  return here;
}
