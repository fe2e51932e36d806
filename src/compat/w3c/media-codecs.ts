import { RECEIVES, SENDS } from '../../resources/media/flow.js';
import type { SectionText } from '../../resources/media/session-text.js';
import type { MediaCodec } from '../../native/validate/media-description.js';
import type { MediaKind } from './media-stream-track.js';

/** As the W3C's `RTCRtpCodecParameters`. */
export interface Codec {
  readonly mimeType: string;
  readonly payloadType: number;
  readonly clockRate: number;
  readonly channels?: number;
  readonly sdpFmtpLine?: string;
}

/** What is offered: codecs that every browser has (RFC 7742, RFC 7874). */
export const CODECS: Readonly<Record<MediaKind, readonly Codec[]>> = {
  audio: [
    {
      mimeType: 'audio/opus',
      payloadType: 111,
      clockRate: 48_000,
      channels: 2,
      sdpFmtpLine: 'minptime=10;useinbandfec=1',
    },
  ],
  video: [
    { mimeType: 'video/VP8', payloadType: 96, clockRate: 90_000 },
    {
      mimeType: 'video/H264',
      payloadType: 97,
      clockRate: 90_000,
      sdpFmtpLine: 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
    },
  ],
};

/** With payload types in their order, by which the library sorts. */
export function inOrder(codecs: readonly Codec[]): Codec[] {
  const types = codecs.map(({ payloadType }) => payloadType).toSorted((a, b) => a - b);
  return codecs.map((codec, index) => ({ ...codec, payloadType: types[index] as number }));
}

/** By the name in lower case: what the binding can describe. */
const KNOWN: Readonly<Record<MediaKind, Readonly<Record<string, MediaCodec['codec']>>>> = {
  audio: { opus: 'opus', pcmu: 'PCMU', pcma: 'PCMA', g722: 'G722' },
  video: { vp8: 'VP8', vp9: 'VP9', h264: 'H264', h265: 'H265', av1: 'AV1' },
};

/** Payload types that need no `a=rtpmap` (RFC 3551). */
const STATIC: Readonly<Record<number, string>> = { 0: 'PCMU/8000', 8: 'PCMA/8000', 9: 'G722/8000' };

/** The codecs of a media section that the binding can describe, in its order. */
export function codecsIn(section: SectionText): Codec[] {
  const kind = section.kind as MediaKind;
  const text = section.toString();
  const [, types = ''] = /^m=\S+ \S+ \S+ (.*)/.exec(text) ?? [];
  return types
    .trim()
    .split(/\s+/)
    .flatMap((type) => {
      const map = new RegExp(`^a=rtpmap:${type} (\\S+)`, 'm').exec(text)?.[1] ?? STATIC[Number(type)] ?? '';
      const [name = '', rate, channels] = map.split('/');
      const payloadType = Number(type);
      // Those between look like RTCP (RFC 5761).
      if (!KNOWN[kind][name.toLowerCase()] || (payloadType >= 64 && payloadType < 96) || payloadType > 127) {
        return [];
      }
      const parameters = new RegExp(`^a=fmtp:${type} (.*?)\\r?$`, 'm').exec(text)?.[1];
      return [
        {
          ...{ mimeType: `${kind}/${name}`, payloadType, clockRate: Number(rate) },
          ...(channels !== undefined && { channels: Number(channels) }),
          ...(parameters && { sdpFmtpLine: parameters }),
        },
      ];
    });
}

/** The same for `addTrack` of a connection. */
export function asMediaCodecs(kind: MediaKind, codecs: readonly Codec[]): MediaCodec[] {
  return codecs.map(({ mimeType, payloadType, sdpFmtpLine }) => ({
    codec: KNOWN[kind][mimeType.slice(kind.length + 1).toLowerCase()] as MediaCodec['codec'],
    payloadType,
    profile: sdpFmtpLine,
  }));
}

/** The W3C's words for the directions, by flow. */
const DIRECTIONS = ['inactive', 'sendonly', 'recvonly', 'sendrecv'] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** The W3C's enumeration, in its order. */
export const TRANSCEIVER_DIRECTIONS = ['sendrecv', 'sendonly', 'recvonly', 'inactive', 'stopped'] as const;

export const flowOf = (direction: Direction | 'stopped' | null): number =>
  Math.max(DIRECTIONS.indexOf(direction as Direction), 0);
export const directionOf = (flow: number): Direction => DIRECTIONS[flow] as Direction;
export const sends = (direction: Direction | 'stopped' | null): boolean => (flowOf(direction) & SENDS) !== 0;
export const receives = (direction: Direction | 'stopped' | null): boolean =>
  (flowOf(direction) & RECEIVES) !== 0;
