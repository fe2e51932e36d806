import { reversed } from '../../resources/media/flow.js';
import { type SectionText, SessionText } from '../../resources/media/session-text.js';
import { splitSections } from '../../resources/sdp.js';
import type { Described, Descriptions } from './descriptions.js';
import { type Codec, codecsIn, directionOf, flowOf, sends } from './media-codecs.js';
import type { MediaSlot } from './media-slot.js';
import { MediaStream } from './media-stream-track.js';

/**
 * A local description of the library's with the streams (`a=msid`) of each transceiver whose `direction` is to send, also where
 * the peer does not receive now (RFC 8829, section 5.3.1), and without an SSRC where nothing is sent.
 */
export function withStreams(sdp: string, slotBy: (mid: string) => MediaSlot | undefined): string {
  const { sections } = new SessionText(sdp);
  const [head = '', ...texts] = splitSections(sdp);
  const changed = texts.map((text, index) => {
    const section = sections[index] as SectionText;
    const slot = section.isRejected ? undefined : slotBy(section.mid);
    if (!slot) return text;
    const lines = slot.streamLines.map((line) => `${line}\r\n`).join('');
    const named = text.replace(/^(?=a=ssrc:)/m, () => lines);
    return sends(directionOf(section.flow)) ? named : named.replaceAll(/^a=ssrc:.*\r?\n/gm, '');
  });
  return [head, ...changed].join('');
}

/** The descriptions that were agreed on do not say what the transceivers are to be. */
export function isNegotiationNeeded(
  slots: readonly MediaSlot[],
  { local, remote }: Descriptions['current'],
): boolean {
  const [ours, theirs] = [local, remote].map((description) => new SessionText(description?.text ?? ''));
  return slots.some((slot) => {
    const [near, far] = [ours, theirs].map((text) => text?.sections.find(({ mid }) => mid === slot.mid));
    return slot.stopping || !near || !far || differs(slot, near, far, local?.type === 'offer');
  });
}

/** What both sides have said is not what the transceiver is to be (W3C WebRTC, section 4.7.3). */
function differs(slot: MediaSlot, near: SectionText, far: SectionText, wasOffered: boolean): boolean {
  const said = near.toString().match(/^a=msid:.*?(?=\r?$)/gm) ?? [];
  if (sends(slot.direction) && said.join() !== slot.streamLines.join()) return true;
  const [here, there] = [near.flow, reversed(far.flow)];
  const wanted = flowOf(slot.direction);
  return wasOffered ? wanted !== here && wanted !== there : here !== (wanted & there);
}

/** What this side receives, or sends with: the codecs of our description, as far as the peer's has them where it is to receive. */
export function negotiatedCodecs(
  { local, remote }: Pick<Descriptions, 'local' | 'remote'>,
  mid: string,
  side: 'local' | 'remote',
): Codec[] {
  const codecsOf = (description: Described | null) => {
    const section = new SessionText(description?.text ?? '').media.find((each) => each.mid === mid);
    return section && !section.isRejected ? codecsIn(section) : [];
  };
  const [ours, theirs] = [codecsOf(local), codecsOf(remote)];
  if (side === 'local') return ours.length > 0 ? ours : theirs;
  const types = new Set(theirs.map(({ payloadType }) => payloadType));
  return ours.filter(({ payloadType }) => types.has(payloadType));
}

/** What `a=msid` says of the peer's track (RFC 8830), or an older peer by its SSRC. Without either it is in a stream of all such. */
export function namesIn(section: SectionText): { streams: string[]; track: string | undefined } {
  const text = section.toString();
  const named = [...text.matchAll(/^a=msid:(\S+)(?: (\S+))?/gm)];
  const lines = named.length > 0 ? named : [...text.matchAll(/^a=ssrc:\d+ msid:(\S+)(?: (\S+))?/gm)];
  const ids = lines.length > 0 ? lines.map(([, stream = '-']) => stream) : [''];
  return { streams: [...new Set(ids)].filter((id) => id !== '-'), track: lines[0]?.[2] };
}

/** The streams of the peer, by their ids. */
export class RemoteStreams {
  readonly #known = new Map<string, MediaStream>();

  of(section: SectionText): MediaStream[] {
    return namesIn(section).streams.map((id) => {
      const stream = this.#known.get(id) ?? (id === '' ? new MediaStream() : MediaStream.named(id));
      this.#known.set(id, stream);
      return stream;
    });
  }
}

/** The changes to the streams that the receiver's track was in, and is in. */
export function changes(slot: MediaSlot, before: readonly MediaStream[]): (() => void)[] {
  const { receiverTrack, remoteStreams } = slot;
  const left = before.filter((stream) => !remoteStreams.includes(stream));
  const joined = remoteStreams.filter((stream) => !before.includes(stream));
  return [
    ...left.map((stream) => () => stream.change(receiverTrack, false)),
    ...joined.map((stream) => () => stream.change(receiverTrack, true)),
  ];
}
