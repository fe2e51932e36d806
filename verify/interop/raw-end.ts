import { setTimeout as sleep } from 'node:timers/promises';
import { cleanup, type DataChannel, type DescriptionType, PeerConnection } from 'node-datachannel';
import type { SignalingCandidate, SignalingMessage } from 'scoped-rtc';
import { within } from '../../test/support/event.js';
import type { Peer } from './peer.js';
import { eventually } from './scenario.js';

/** The binding's `cleanup()` freezes the event loop for seconds where a callback is still on its way. */
const SETTLE_MS = 100;

/**
 * node-datachannel as it is, in this process and on the same API level as our end: for what depends on how fast a program
 * sends and when it closes. `channel` is open, also at the peer.
 */
export interface RawEnd extends AsyncDisposable {
  readonly pc: PeerConnection;
  readonly channel: DataChannel;
}

/** Connects the binding with `peer`, on a channel that `offerer` has made. */
export async function connectRawEnd(peer: Peer, label: string, offerer: 'raw' | 'peer'): Promise<RawEnd> {
  await peer.call('create', { polite: true });
  const pc = new PeerConnection('raw', { iceServers: [] });
  exchange(pc, peer);
  const came = new Promise<DataChannel>((resolve) => pc.onDataChannel(resolve));
  if (offerer === 'peer') {
    await peer.call('channel', { label });
    await peer.call('offer');
  }
  const channel = offerer === 'raw' ? pc.createDataChannel(label) : await within(came, 'their channel');
  const opened = new Promise<void>((resolve) => channel.onOpen(resolve));
  if (!channel.isOpen()) await within(opened, 'the channel opens');
  await eventually(async () => (await peer.channel(label))?.opened === true, 'the channel opens there');
  return {
    pc,
    channel,
    async [Symbol.asyncDispose]() {
      channel.close();
      pc.close();
      await sleep(SETTLE_MS);
      cleanup();
    },
  };
}

/** Descriptions and candidates both ways, by `pc`'s callbacks; a candidate waits for the description it belongs to. */
function exchange(pc: PeerConnection, peer: Peer): void {
  const signaling = peer.signaling();
  const early: SignalingCandidate[] = [];
  let isDescribed = false;
  const add = ({ candidate, sdpMid }: SignalingCandidate) => {
    if (candidate) pc.addRemoteCandidate(candidate, sdpMid ?? '0');
  };
  pc.onLocalDescription(
    (sdp, type) => void signaling.send({ description: { type, sdp } } as SignalingMessage),
  );
  pc.onLocalCandidate((candidate, sdpMid) => void signaling.send({ candidate: { candidate, sdpMid } }));
  const onMessage = (message: SignalingMessage) => {
    if ('description' in message) {
      pc.setRemoteDescription(message.description.sdp, message.description.type as DescriptionType);
      isDescribed = true;
      early.splice(0).forEach(add);
    } else if (message.candidate) {
      if (isDescribed) add(message.candidate);
      else early.push(message.candidate);
    }
  };
  signaling.subscribe(
    (message) => onMessage(message as SignalingMessage),
    () => {},
  );
}
