import type { DataChannel, DataChannelInitConfig, PeerConnection, RtcConfig } from 'node-datachannel';
import type { UdpLink } from '../../../test/support/udp-link.js';
import type { Binding } from './hazard.js';

/** What a careful user of the binding keeps, so that only the hazard of the row shows. */
const kept: unknown[] = [];

export function keep<T>(value: T): T {
  kept.push(value);
  return value;
}

export interface RawPair {
  readonly alice: PeerConnection;
  readonly bob: PeerConnection;
}

export const RAW_CONFIG = { iceServers: [], bindAddress: '127.0.0.1' } satisfies RtcConfig;

/** Two connections wired to each other, or over a link, with all the care that the binding needs. */
export function rawPair(ndc: Binding, link?: UdpLink): RawPair {
  const alice = keep(new ndc.PeerConnection('alice', RAW_CONFIG));
  const bob = keep(new ndc.PeerConnection('bob', RAW_CONFIG));
  wire(alice, bob, (text) => link?.redirect(text, 'left') ?? text);
  wire(bob, alice, (text) => link?.redirect(text, 'right') ?? text);
  return { alice, bob };
}

function wire(from: PeerConnection, to: PeerConnection, reported: (text: string) => string): void {
  const early: (() => void)[] = [];
  let described = false;
  const open = () => to.state() !== 'closed';
  from.onStateChange(() => {});
  from.onLocalDescription((sdp, type) => {
    if (!open()) return;
    to.setRemoteDescription(reported(sdp), type);
    described = true;
    for (const add of early.splice(0)) add();
  });
  from.onLocalCandidate((candidate, mid) => {
    const add = () => {
      if (open()) to.addRemoteCandidate(reported(candidate), mid);
    };
    if (described) add();
    else early.push(add);
  });
}

export interface RawChannels extends RawPair {
  readonly near: DataChannel;
  readonly far: DataChannel;
}

/** A connected pair with one open channel. */
export async function rawChannels(ndc: Binding): Promise<RawChannels> {
  const pair = rawPair(ndc);
  return { ...pair, ...(await rawChannel(pair, 'chat')) };
}

export async function rawChannel(
  { alice, bob }: RawPair,
  label: string,
  init?: DataChannelInitConfig,
): Promise<{ near: DataChannel; far: DataChannel }> {
  const arriving = new Promise<DataChannel>((resolve) =>
    bob.onDataChannel((channel) => resolve(keep(channel))),
  );
  const near = keep(init ? alice.createDataChannel(label, init) : alice.createDataChannel(label));
  await new Promise<void>((resolve) => near.onOpen(resolve));
  return { near, far: await arriving };
}

/** Closes what is given, in order, and cleans up; what a careful user of the binding does at the end. */
export async function rawEnd(ndc: Binding, ...closables: { close(): void }[]): Promise<void> {
  for (const closable of closables) closable.close();
  await new Promise((resolve) => setTimeout(resolve, 50));
  ndc.cleanup();
}
