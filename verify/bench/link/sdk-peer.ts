import {
  type DataChannel,
  RtcRuntime,
  type RtcScope,
  type SctpSettings,
  type Signaling,
} from '../../../src/index.js';
import { pump } from '../candidates/candidate.js';
import type { ChannelName, LinkChannel, LinkEnd, LinkPeer } from './peer.js';

/** This package over a link. */
export class SdkPeer implements LinkPeer {
  readonly #scope: RtcScope = RtcRuntime.acquire('link');

  constructor(settings: SctpSettings) {
    if (Object.keys(settings).length > 0) RtcRuntime.shared.setSctpSettings(settings);
  }

  async connect(signaling: Signaling, offers: boolean): Promise<LinkEnd> {
    const pc = this.#scope.createPeerConnection('link', { bindAddress: '127.0.0.1' });
    const channelOf = async (label: ChannelName): Promise<LinkChannel> => {
      if (!offers) return linkChannel(await pc.nextDataChannel({ label, timeout: PATIENCE_MS }));
      const channel = pc.createDataChannel(label);
      await channel.opened({ timeout: PATIENCE_MS });
      return linkChannel(channel);
    };
    const channels = Promise.all([channelOf('bulk'), channelOf('small')]);
    void pc.negotiate(signaling, { timeout: PATIENCE_MS });
    const [bulk, small] = await channels;
    return { bulk, small };
  }
}

/** Milliseconds. */
const PATIENCE_MS = 60_000;

const linkChannel = (channel: DataChannel): LinkChannel => ({
  flood: (payload, going) =>
    pump(
      going,
      () => channel.trySend(payload),
      () => channel.send(payload),
    ),
  send: (payload) => void channel.send(payload),
  onBytes: (listener) => void channel.on('message', (message) => listener(message.length)),
  onMessage: (listener) => void channel.on('message', (message) => listener(message as Buffer)),
});
