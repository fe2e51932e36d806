import type { Audio, Direction, Video } from 'node-datachannel';
import type { LibraryContext } from '../../library/library-context.js';
import type { NativeRecord } from '../../library/release-ledger.js';
import { RtcInvalidStateError } from '../../errors/rtc-error.js';
import { readFrom, wrongType } from '../../arguments/argument.js';
import type { NativePeerConnection, NativeTrack } from '../../native/binding.js';
import { guardCallback } from '../../native/firewall.js';
import { callNative } from '../../native/call-native.js';
import {
  type CheckedMediaDescription,
  type MediaDescription,
  token,
  validateMediaDescription,
} from '../../native/validate/media-description.js';
import { type OwnedNode, TREE_NODE } from '../../scope/node.js';
import { type CheckedChannelOptions, splitChannelOptions } from '../channel/channel-options.js';
import { type MediaSection, MediaSections, type RemoteReading } from './media-sections.js';
import { MediaTrack, type TrackSection } from './media-track.js';
import { DIRECTIONS, flowOf } from './flow.js';
import { RtpStreams } from './rtp-stream.js';

/** What `addTrack` takes: plain settings, or the object of node-datachannel that they are made into. */
export type Media = MediaDescription | Audio | Video;

/** The media tracks of one connection. */
export class ConnectionTracks {
  readonly #context: LibraryContext;
  readonly #node: OwnedNode;
  readonly #native: NativePeerConnection;
  readonly #record: NativeRecord;
  readonly #renegotiate: () => void;
  readonly #sections: MediaSections;
  readonly #streams = new RtpStreams();
  /** By the mid that the library knows. */
  readonly #open = new Map<string, MediaTrack>();
  /**
   * Of sections whose track has ended and which the peer may use again: closed once, the library never revives them.
   */
  readonly #parked = new Map<string, { native: NativeTrack; record: NativeRecord }>();
  #onIncoming: ((track: MediaTrack) => void) | undefined;

  /** `renegotiate`: a section changed, and an offer is to be sent for it. */
  constructor(
    context: LibraryContext,
    node: OwnedNode,
    native: NativePeerConnection,
    record: NativeRecord,
    renegotiate: () => void,
  ) {
    this.#context = context;
    this.#node = node;
    this.#native = native;
    this.#record = record;
    this.#renegotiate = renegotiate;
    this.#sections = new MediaSections({
      refused: (section, first) => this.#refuse(this.#open.get(section.mid), first),
      stopped: (section) => this.#open.get(section.mid)?.closedByPeer(),
      paused: (section) => this.#open.get(section.mid)?.closedByPeer(),
      isSending: (section) => this.#open.get(section.mid)?.hasSent === true,
      resumed: (section) => this.#resume(section),
    });
  }

  /** Checks `media` without making anything. */
  check(media: unknown): CheckedMedia {
    const { Audio: AudioClass, Video: VideoClass } = this.#context.native;
    // By class: the addon takes whatever has a certain property for one of its own and reads wild memory.
    const isOneOf = (type: typeof AudioClass | typeof VideoClass) =>
      type !== undefined && readFrom('media', () => media instanceof type);
    if (isOneOf(AudioClass) || isOneOf(VideoClass)) {
      const native = media as Audio | Video;
      const read = readFrom('media', () => ({ mid: native.mid(), direction: native.direction() }));
      const kind = isOneOf(VideoClass) ? 'video' : 'audio';
      return { native, kind, mid: token(read.mid, 'media.mid()'), direction: read.direction };
    }
    if (Object.prototype.toString.call(media) !== '[object Object]') {
      throw wrongType('media', 'a description of audio or video', media);
    }
    const plain = validateMediaDescription(media, 'media');
    return { plain, kind: plain.kind, mid: plain.mid, direction: plain.direction };
  }

  add(media: CheckedMedia, options: CheckedChannelOptions): MediaTrack {
    this.#assertFree(media.mid);
    const mid = this.#sections.newMid(media.mid);
    if (media.native && mid !== media.mid) {
      throw new RtcInvalidStateError(
        `an earlier section had the mid '${media.mid}'; give the new one another`,
        {
          path: this.#node.path,
        },
      );
    }
    const native = callNative(this.#node.path, 'addTrack', () => {
      if (!media.native) return this.#native.addTrack(this.#describe({ ...media.plain, mid }));
      // As in `#describe`: the section says what passes, not the library.
      media.native.setDirection('SendRecv');
      try {
        return this.#native.addTrack(media.native);
      } finally {
        media.native.setDirection(media.direction);
      }
    });
    return this.#own(native, options, this.#sections.add(mid, media.kind, flowOf(media.direction)));
  }

  /** Other code has used the connection until now, and has the tracks that there are. */
  takeOver(): void {
    this.#sections.takeOver(this.#native.localDescription(), this.#native.remoteDescription());
  }

  /** Somebody wants to know of the peer's tracks; the library keeps them until then. */
  onIncoming(listener: (track: MediaTrack) => void): void {
    if (this.#onIncoming || this.#record.state !== 'held') return;
    this.#onIncoming = listener;
    this.#native.onTrack(guardCallback(this.#record.path, (native: NativeTrack) => this.#onTrack(native)));
  }

  /** A description of ours, as the peer is to be given it. */
  announced<T extends { readonly sdp: string; readonly type: string }>(description: T): T {
    return { ...description, sdp: this.#sections.announce(description.sdp, description.type) };
  }

  read(sdp: string, offered: boolean): RemoteReading {
    return this.#sections.read(sdp, offered);
  }

  restored(sdp: string): string {
    return this.#sections.restore(sdp);
  }

  /** The mid to send to the peer with a candidate that the library found for `mid`. */
  candidateMid(mid: string): string {
    return this.acceptedMid(this.#sections.nameOf(mid));
  }

  /** The same for a candidate that was sent before, when the peer had not rejected its section yet. */
  acceptedMid(mid: string): string {
    return this.#sections.acceptedMid(mid);
  }

  /** The connection is about to be closed. */
  end(): void {
    for (const { record } of this.#parked.values()) record.discard();
    this.#parked.clear();
  }

  #onTrack(native: NativeTrack): void {
    const section = this.#sectionOf(native);
    if (this.#node.inTeardown || section.state !== 'live') this.#hold(native).discard();
    else if (section.paused) this.#park(native, section);
    else this.#onIncoming?.(this.#own(native, INCOMING, section));
  }

  #refuse(track: MediaTrack | undefined, first: boolean): void {
    track?.refusedByPeer();
    // The transport of a bundle is named after the first section, and Firefox, having rejected that, starts none. It
    // does when an offer comes in which the section is removed.
    if (first) track?.[TREE_NODE].ending.onSettled(() => this.#renegotiate());
  }

  /** A track that was there before this package: adopted, or not negotiated through it. */
  #sectionOf(native: NativeTrack): MediaSection {
    const mid = native.mid();
    return this.#sections.get(mid) ?? this.#sections.add(mid, native.type(), flowOf(native.direction()));
  }

  #own(native: NativeTrack, options: CheckedChannelOptions, section: MediaSection): MediaTrack {
    const track = new MediaTrack(
      this.#context,
      this.#node,
      native,
      options,
      this.#trackSection(native, section),
    );
    this.#open.set(section.mid, track);
    track[TREE_NODE].ending.onSettled(() => {
      if (this.#open.get(section.mid) === track) this.#open.delete(section.mid);
      if (this.#parked.has(section.mid) && !section.paused) this.#resume(section);
    });
    return track;
  }

  #trackSection(native: NativeTrack, section: MediaSection): TrackSection {
    const sections = this.#sections;
    return {
      get mid() {
        return sections.nameOf(section.mid);
      },
      get direction() {
        return DIRECTIONS[section.flow];
      },
      get flow() {
        return section.flow;
      },
      streamOf: (ssrc) => this.#streams.of(ssrc),
      ask: (direction) => {
        section.wanted = flowOf(direction);
        this.#renegotiate();
      },
      giveBack: () => {
        if (section.state === 'live' && section.paused && !this.#node.inTeardown) {
          this.#park(native, section);
          return false;
        }
        if (section.state === 'live') section.state = 'stopped';
        return true;
      },
      stopped: () => this.#renegotiate(),
    };
  }

  #park(native: NativeTrack, section: MediaSection): void {
    this.#parked.set(section.mid, { native, record: this.#hold(native) });
  }

  /** A track that is still ending takes it up when it has ended. */
  #resume(section: MediaSection): void {
    const parked = this.#parked.get(section.mid);
    if (!parked || this.#open.has(section.mid) || this.#node.inTeardown) return;
    this.#parked.delete(section.mid);
    const track = this.#own(parked.native, INCOMING, section);
    parked.record.forget(); // the track has one of its own
    this.#onIncoming?.(track);
  }

  #hold(native: NativeTrack): NativeRecord {
    const record = this.#context.ledger.hold(undefined, native, this.#record.path);
    native.onClosed(record.acknowledging());
    return record;
  }

  /** For a mid in use the library hands out the same track once more, and closing one closes both. */
  #assertFree(mid: string): void {
    for (const track of this.#open.values()) {
      if (track.mid === mid) {
        throw new RtcInvalidStateError(`the mid '${mid}' is in use by ${track.path}`, {
          path: this.#node.path,
        });
      }
    }
  }

  #describe(media: CheckedMediaDescription): Audio | Video {
    const { Audio: AudioClass, Video: VideoClass } = this.#context.native;
    if (!AudioClass || !VideoClass) throw new Error('the binding has no media');
    const isVideo = media.kind === 'video';
    // The library cannot change a direction: it lets everything pass, and the section says what does.
    const native = new (isVideo ? VideoClass : AudioClass)(media.mid, 'SendRecv');
    for (const { codec, payloadType, profile, rtx } of media.codecs) {
      const given: [number, string, string?] = [payloadType, codec];
      if (profile ?? DEFAULT_PROFILES[codec]) given.push((profile ?? DEFAULT_PROFILES[codec]) as string);
      if ('addVideoCodec' in native) native.addVideoCodec(...given);
      else native.addAudioCodec(...given);
      if (rtx !== undefined) native.addRTXCodec(rtx, payloadType, CLOCK_RATES[codec]);
    }
    for (const { ssrc, name, msid, trackId } of media.sources ?? []) {
      // Of what is left out the addon wants the argument left out as well; a later one needs those before it.
      const named = name ?? (msid === undefined ? undefined : String(ssrc));
      native.addSSRC(...([ssrc, named, msid, trackId].filter((value) => value !== undefined) as [number]));
    }
    if (media.bitrate !== undefined) native.setBitrate(media.bitrate);
    return native;
  }
}

type CheckedMedia = {
  readonly mid: string;
  readonly kind: 'audio' | 'video';
  readonly direction: Direction;
} & (
  | { readonly native: Audio | Video; readonly plain?: never }
  | { readonly native?: never; readonly plain: CheckedMediaDescription }
);

const [INCOMING] = splitChannelOptions(undefined, 'options');

/** What the library's own shortcuts for these codecs say (`description.cpp`). */
const DEFAULT_PROFILES: Readonly<Partial<Record<string, string>>> = {
  H264: 'profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1',
  opus: 'minptime=10;maxaveragebitrate=96000;stereo=1;sprop-stereo=1;useinbandfec=1',
  'MP4A-LATM': 'cpresent=1',
};

/** Ticks a second, as the codecs' RTP payload formats say. G722 says 8000 for historical reasons (RFC 3551). */
const CLOCK_RATES = {
  opus: 48_000,
  PCMU: 8000,
  PCMA: 8000,
  G722: 8000,
  'MP4A-LATM': 48_000,
  H264: 90_000,
  H265: 90_000,
  VP8: 90_000,
  VP9: 90_000,
  AV1: 90_000,
} as const;
