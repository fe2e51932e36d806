import type { Audio, Video } from 'node-datachannel';
import type { Engine } from '../../library/engine.js';
import type { NativeRecord } from '../../library/release-ledger.js';
import { RtcInvalidStateError } from '../../errors/kinds.js';
import { readFrom, wrongType } from '../../arguments/wrong-argument.js';
import type { NativePeerConnection, NativeTrack } from '../../native/binding.js';
import { guardCallback } from '../../native/firewall.js';
import { callNative } from '../../native/guard.js';
import {
  type CheckedMediaDescription,
  type MediaDescription,
  token,
  validateMediaDescription,
} from '../../native/validate/media-description.js';
import { type OwnedNode, TREE_NODE } from '../../scope/node.js';
import { type CheckedChannelOptions, splitChannelOptions } from '../channel/channel-options.js';
import { MediaTrack } from './media-track.js';

/** What `addTrack` takes: plain settings, or the object of node-datachannel that they are made into. */
export type Media = MediaDescription | Audio | Video;

/** The media tracks of one connection. */
export class ConnectionTracks {
  readonly #engine: Engine;
  readonly #node: OwnedNode;
  readonly #native: NativePeerConnection;
  readonly #record: NativeRecord;
  readonly #open = new Set<MediaTrack>();
  #hears = false;

  constructor(engine: Engine, node: OwnedNode, native: NativePeerConnection, record: NativeRecord) {
    this.#engine = engine;
    this.#node = node;
    this.#native = native;
    this.#record = record;
  }

  /** Checks `media` without making anything. */
  check(media: unknown): CheckedMedia {
    const { Audio: AudioClass, Video: VideoClass } = this.#engine.native;
    // By class: the addon takes whatever has a certain property for one of its own and reads wild memory.
    const isOneOf = (type: typeof AudioClass | typeof VideoClass) =>
      type !== undefined && readFrom('media', () => media instanceof type);
    if (isOneOf(AudioClass) || isOneOf(VideoClass)) {
      const native = media as Audio | Video;
      return {
        native,
        mid: token(
          readFrom('media', () => native.mid()),
          'media.mid()',
        ),
      };
    }
    if (Object.prototype.toString.call(media) !== '[object Object]') {
      throw wrongType('media', 'a description of audio or video', media);
    }
    const plain = validateMediaDescription(media, 'media');
    return { plain, mid: plain.mid };
  }

  add(media: CheckedMedia, options: CheckedChannelOptions): MediaTrack {
    this.#assertFree(media.mid);
    const native = callNative(this.#node.path, 'addTrack', () =>
      this.#native.addTrack(media.native ?? this.#describe(media.plain)),
    );
    return this.#own(native, options);
  }

  /** Somebody wants to know of the peer's tracks; the library keeps them until then. */
  hear(tell: (track: MediaTrack) => void): void {
    if (this.#hears || this.#record.state !== 'held') return;
    this.#hears = true;
    const [options] = splitChannelOptions(undefined, 'options');
    const onTrack = (native: NativeTrack) => {
      if (this.#node.inTeardown) {
        this.#engine.ledger.hold('MediaTrack', native, this.#record.path).tryClose();
      } else {
        tell(this.#own(native, options));
      }
    };
    this.#native.onTrack(guardCallback(this.#record.path, onTrack));
  }

  #own(native: NativeTrack, options: CheckedChannelOptions): MediaTrack {
    const track = new MediaTrack(this.#engine, this.#node, native, options);
    this.#open.add(track);
    track[TREE_NODE].ending.onSettled(() => this.#open.delete(track));
    return track;
  }

  /** For a mid in use the library hands out the same track once more, and closing one closes both. */
  #assertFree(mid: string): void {
    for (const track of this.#open) {
      if (track.mid === mid) {
        throw new RtcInvalidStateError(`the mid '${mid}' is in use by ${track.path}`, {
          path: this.#node.path,
        });
      }
    }
  }

  #describe(media: CheckedMediaDescription): Audio | Video {
    const { Audio: AudioClass, Video: VideoClass } = this.#engine.native;
    if (!AudioClass || !VideoClass) throw new Error('the binding has no media');
    const isVideo = media.kind === 'video';
    const native = isVideo
      ? new VideoClass(media.mid, media.direction)
      : new AudioClass(media.mid, media.direction);
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

type CheckedMedia = { readonly mid: string } & (
  | { readonly native: Audio | Video; readonly plain?: never }
  | { readonly native?: never; readonly plain: CheckedMediaDescription }
);

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
