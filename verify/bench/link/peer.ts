import type { Signaling } from '../../../src/index.js';

/** One end of a channel of a candidate. */
export interface LinkChannel {
  /** Sends `payload` as fast as the other end takes it while `going()`, and waits where its users would wait. */
  flood(payload: Buffer, going: () => boolean): Promise<void>;
  send(payload: Buffer): void;
  /** The bytes of what arrives. */
  onBytes(listener: (bytes: number) => void): void;
  onMessage(listener: (message: Buffer) => void): void;
}

/** One end of a connection: `bulk` and `small` are its two channels, made by the end that offers. */
export type LinkEnd = Readonly<Record<ChannelName, LinkChannel>>;

export const CHANNEL_NAMES = ['bulk', 'small'] as const;
export type ChannelName = (typeof CHANNEL_NAMES)[number];

/** A candidate in one of the two processes of a link. */
export interface LinkPeer {
  /** One end of a connection, once its channels are there; `offers` is said to one of the two ends. */
  connect(signaling: Signaling, offers: boolean): Promise<LinkEnd>;
}

/** What is measured over a link. */
export type LinkCandidate =
  | ('raw' | 'raw-tuned' | 'raw-chromium')
  | ('sdk-events' | 'sdk-tuned' | 'sdk-chromium')
  | ('werift' | 'wrtc');

/** The end that offers, or the one that answers. */
export async function loadLinkPeer(name: LinkCandidate, offers: boolean): Promise<LinkPeer> {
  if (name === 'werift' || name === 'wrtc') {
    const { W3cPeer } = await import('./w3c-peer.js');
    return W3cPeer.of(name);
  }
  if (name.endsWith('-chromium') && !offers) return new (await import('./chromium-peer.js')).ChromiumPeer();
  const settings = name.endsWith('-tuned') ? TUNED : {};
  return name.startsWith('sdk-')
    ? new (await import('./sdk-peer.js')).SdkPeer(settings)
    : new (await import('./raw-peer.js')).RawPeer(settings);
}

/** What somebody sets who knows that the links are fast and long: 40 MB/s over 100 ms. */
const TUNED = { recvBufferSize: 4 * 1024 * 1024, sendBufferSize: 4 * 1024 * 1024 };
