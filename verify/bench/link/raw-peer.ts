import * as ndc from 'node-datachannel';
import type { DataChannel, DescriptionType, PeerConnection, SctpSettings } from 'node-datachannel';
import type { Signaling } from '../../../src/index.js';
import { HIGH_WATER_MARK, LOW_WATER_MARK, pump } from '../candidates/candidate.js';
import { CHANNEL_NAMES, type ChannelName, type LinkChannel, type LinkEnd, type LinkPeer } from './peer.js';

/** The binding over a link, as its README; what must not be collected is kept (H2, H3). */
export class RawPeer implements LinkPeer {
  readonly #kept: unknown[] = [];

  constructor(settings: SctpSettings) {
    if (Object.keys(settings).length > 0) ndc.setSctpSettings(settings);
  }

  async connect(signaling: Signaling, offers: boolean): Promise<LinkEnd> {
    const pc = new ndc.PeerConnection('link', { iceServers: [], bindAddress: '127.0.0.1' });
    wire(pc, signaling);
    const channels = new Map<string, DataChannel>();
    this.#kept.push(pc, channels);
    await new Promise<void>((resolve) => {
      const opened = (label: ChannelName, channel: DataChannel) => {
        channels.set(label, channel);
        if (channels.size === CHANNEL_NAMES.length) resolve();
      };
      if (!offers) pc.onDataChannel((channel) => opened(channel.getLabel() as ChannelName, channel));
      else {
        for (const label of CHANNEL_NAMES) {
          const channel = pc.createDataChannel(label);
          this.#kept.push(channel);
          channel.onOpen(() => opened(label, channel));
        }
      }
    });
    return {
      bulk: linkChannel(channels.get('bulk') as DataChannel),
      small: linkChannel(channels.get('small') as DataChannel),
    };
  }
}

/** As the README, except that a candidate never overtakes its description, which would abort. */
function wire(pc: PeerConnection, signaling: Signaling): void {
  pc.onLocalDescription((sdp, type) => {
    void signaling.send({ description: { sdp, type: type as 'offer' } });
  });
  pc.onLocalCandidate((candidate, sdpMid) => void signaling.send({ candidate: { candidate, sdpMid } }));
  signaling.subscribe(
    (message) => {
      const { description, candidate } = message as {
        description?: { sdp: string; type: DescriptionType };
        candidate?: { candidate: string; sdpMid: string } | null;
      };
      if (description) pc.setRemoteDescription(description.sdp, description.type);
      else if (candidate) pc.addRemoteCandidate(candidate.candidate, candidate.sdpMid);
    },
    () => {},
  );
}

function linkChannel(channel: DataChannel): LinkChannel {
  return {
    flood(payload, going) {
      let resume = () => {};
      channel.setBufferedAmountLowThreshold(LOW_WATER_MARK);
      channel.onBufferedAmountLow(() => resume());
      const room = () =>
        new Promise<void>((resolve) => {
          resume = resolve;
          if (channel.bufferedAmount() <= LOW_WATER_MARK) resolve();
        });
      const send = () => channel.sendMessageBinary(payload) || channel.bufferedAmount() < HIGH_WATER_MARK;
      return pump(going, send, room);
    },
    send: (payload) => void channel.sendMessageBinary(payload),
    onBytes: (listener) => channel.onMessage((message) => listener((message as Buffer).length)),
    onMessage: (listener) => channel.onMessage((message) => listener(message as Buffer)),
  };
}
