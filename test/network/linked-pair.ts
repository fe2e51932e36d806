import {
  type DataChannel,
  type DataChannelInit,
  memorySignaling,
  type PeerConnection,
  RtcRuntime,
  type RtcScope,
  type Signaling,
} from 'scoped-rtc';
import { incomingChannel } from '../support/connected-pair.js';
import { late, unannounced } from '../support/altered-signaling.js';
import { type LinkOptions, UdpLink } from '../support/udp-link.js';

/** Two peers in scopes of their own, connected over a link and by nothing else. */
export interface LinkedPair {
  readonly link: UdpLink;
  readonly here: RtcScope;
  readonly there: RtcScope;
  readonly alice: PeerConnection;
  readonly bob: PeerConnection;
}

const CONFIG = { bindAddress: '127.0.0.1' };

/**
 * `unannounced`: neither side learns that the other gives receipts. `signalingDelay`: milliseconds that a message of the
 * signaling takes.
 */
export async function linkedPair(
  options: LinkOptions & { unannounced?: boolean; signalingDelay?: number },
  timeout = 20_000,
): Promise<LinkedPair> {
  const link = await UdpLink.open(options);
  const here = RtcRuntime.acquire('here', { timeout });
  const there = RtcRuntime.acquire('there', { timeout });
  const alice = here.createPeerConnection('alice', CONFIG);
  const bob = there.createPeerConnection('bob', CONFIG);
  alice.createDataChannel('first');
  const { signalingDelay } = options;
  const [left, right] = link
    .signaling(memorySignaling())
    .map((signaling) => (signalingDelay === undefined ? signaling : late(signaling, signalingDelay)))
    .map((signaling) => (options.unannounced ? unannounced(signaling) : signaling)) as [Signaling, Signaling];
  const bounds = { timeout: 20_000 };
  await Promise.all([alice.negotiate(left, bounds), bob.negotiate(right, bounds)]);
  link.isLossy = true;
  return { link, here, there, alice, bob };
}

export async function linkedChannel(
  { alice, bob }: LinkedPair,
  label: string,
  init: DataChannelInit = {},
): Promise<{ near: DataChannel; far: DataChannel }> {
  const incoming = incomingChannel(bob, label);
  const near = alice.createDataChannel(label, init);
  await near.opened({ timeout: 20_000 });
  return { near, far: await incoming };
}

/** After both scopes: the link ends, and nothing is left of them. */
export async function endOf({ link, here, there }: LinkedPair): Promise<void> {
  try {
    await Promise.all([here.disposeAsync(), there.disposeAsync()]);
  } finally {
    link.close();
  }
}
