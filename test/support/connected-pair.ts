import type {
  ChannelOptions,
  DataChannel,
  DataChannelInit,
  PeerConnection,
  PeerConnectionConfig,
  RtcScope,
} from 'scoped-rtc';
import { loopbackPair } from 'scoped-rtc/testing';

export interface Pair {
  /** The side that offers. */
  readonly alice: PeerConnection;
  readonly bob: PeerConnection;
}

export interface ChannelPair {
  /** The channel as its creator has it. */
  readonly near: DataChannel;
  /** The same channel as the other side has it. */
  readonly far: DataChannel;
}

/** Two connections of one scope, wired to each other and not negotiated yet: create a channel to start. */
export function wiredPair(scope: RtcScope, config: PeerConnectionConfig = {}): Pair {
  const alice = scope.createPeerConnection('alice', config);
  const bob = scope.createPeerConnection('bob', config);
  wire(alice, bob);
  return { alice, bob };
}

/** Two connections of one scope that are connected, with the channel that it took to connect them. */
export function connectedPair(
  scope: RtcScope,
  options: { config?: PeerConnectionConfig; label?: string; channel?: DataChannelInit & ChannelOptions } = {},
): Promise<Pair & ChannelPair> {
  return loopbackPair(scope, options);
}

/** A new channel from `from` to `to`, open on both sides. */
export async function channelPair(
  from: PeerConnection,
  to: PeerConnection,
  label: string,
  options?: DataChannelInit & ChannelOptions,
): Promise<ChannelPair> {
  const incoming = incomingChannel(to, label);
  const near = from.createDataChannel(label, options);
  const [far] = await Promise.all([incoming, near.opened()]);
  return { near, far };
}

/** The next channel called `label` that the peer opens. */
export function incomingChannel(to: PeerConnection, label: string): Promise<DataChannel> {
  return new Promise((resolve, reject) => {
    const onChannel = (channel: DataChannel) => {
      if (channel.label !== label) return;
      to.off('dataChannel', onChannel);
      resolve(channel);
    };
    to.on('dataChannel', onChannel);
    to.once('close', () => reject(new Error(`${to.path} closed before the channel "${label}" came`)));
  });
}

/** Gives each side what the other says; candidates wait until there is a description they belong to. */
export function wire(alice: PeerConnection, bob: PeerConnection): void {
  for (const [from, to] of [
    [alice, bob],
    [bob, alice],
  ] as const) {
    const early: (() => void)[] = [];
    const usable = () => to.state === 'opening' || to.state === 'open';
    from.on('localDescription', (description) => {
      if (!usable()) return;
      to.setRemoteDescription(description);
      for (const add of early.splice(0)) add();
    });
    from.on('localCandidate', (candidate, mid) => {
      const add = () => {
        if (usable()) to.addRemoteCandidate(candidate, mid);
      };
      if (to.remoteDescription()) add();
      else early.push(add);
    });
  }
}
