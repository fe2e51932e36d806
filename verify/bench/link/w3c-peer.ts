import type { Signaling } from '../../../src/index.js';
import { until } from '../candidates/candidate.js';
import { type Described, sendWhile, type W3cChannel } from '../candidates/w3c.js';
import { describeWerift } from '../candidates/werift.js';
import { describeWrtc } from '../candidates/wrtc.js';
import { CHANNEL_NAMES, type ChannelName, type LinkChannel, type LinkEnd, type LinkPeer } from './peer.js';

interface Description {
  readonly type: 'offer' | 'answer';
  readonly sdp: string;
}

/** A package that has the interfaces of a browser, over a link. Its descriptions are complete: no candidate follows. */
export class W3cPeer implements LinkPeer {
  readonly #described: Described;

  constructor(described: Described) {
    this.#described = { ...described, pause: millisecond };
  }

  static async of(name: 'werift' | 'wrtc'): Promise<W3cPeer> {
    return new W3cPeer(name === 'werift' ? await describeWerift() : describeWrtc());
  }

  async connect(signaling: Signaling, offers: boolean): Promise<LinkEnd> {
    const pc = this.#described.make();
    const channels = new Map<string, W3cChannel>();
    pc.ondatachannel = ({ channel }: { channel: W3cChannel & { label: string } }) =>
      channels.set(channel.label, channel);
    const describe = async (description: unknown) => {
      await pc.setLocalDescription(description as never);
      await until(() => pc.iceGatheringState === 'complete', 'gathering', PATIENCE);
      const { type, sdp } = pc.localDescription as Description;
      await signaling.send({ description: { type, sdp: withOneCandidate(sdp) } });
    };
    signaling.subscribe(
      (message) => {
        const { description } = message as { description?: Description };
        if (!description) return;
        const remote = pc.setRemoteDescription(description as never);
        if (!offers) void remote.then(async () => describe(await pc.createAnswer()));
      },
      () => {},
    );
    if (offers) {
      for (const label of CHANNEL_NAMES) channels.set(label, pc.createDataChannel(label));
      await describe(await pc.createOffer());
    }
    const isOpen = () => CHANNEL_NAMES.every((label) => channels.get(label)?.readyState === 'open');
    await until(isOpen, 'connecting', PATIENCE);
    const channelOf = (label: ChannelName) => this.#channel(channels.get(label) as W3cChannel);
    return { bulk: channelOf('bulk'), small: channelOf('small') };
  }

  #channel(channel: W3cChannel): LinkChannel {
    channel.binaryType = 'arraybuffer';
    const onData = (listener: (data: ArrayBuffer | Buffer) => void) => {
      channel.onmessage = ({ data }: { data: ArrayBuffer | Buffer }) => listener(data);
    };
    return {
      flood: (payload, going) => sendWhile(going, channel, payload, this.#described),
      send: (payload) => channel.send(payload),
      onMessage: (listener) => onData((data) => listener(Buffer.from(data as Buffer))),
      onBytes: (listener) => onData((data) => listener(data.byteLength)),
    };
  }
}

const millisecond = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

/** A look at each turn would take the processor that the relay needs. */
const PATIENCE = { patience: 60_000, pause: millisecond };

/**
 * Of its addresses one of IPv4, for UDP: the link stands in for that one, and past the link there is no way.
 */
export function withOneCandidate(sdp: string): string {
  const lines = sdp.split('\r\n');
  const candidates = lines.filter((line) =>
    /^a=candidate:\S+ 1 udp \d+ \d+\.\d+\.\d+\.\d+ \d+ typ host/i.test(line),
  );
  const chosen = candidates.find((line) => line.includes(' 127.0.0.1 ')) ?? candidates[0];
  if (chosen === undefined) throw new Error(`there is no address of IPv4 in ${sdp}`);
  return lines.filter((line) => !line.startsWith('a=candidate:') || line === chosen).join('\r\n');
}
