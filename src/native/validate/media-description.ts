import type { Direction } from 'node-datachannel';
import {
  readFrom,
  wrongType,
  arrayOf,
  type Field,
  integer,
  oneOf,
  readOptions,
  singleLine,
} from '../../arguments/argument.js';
import { MAX_INT32, MAX_UINT32 } from './limits.js';

export type MediaDirection = Exclude<Direction, 'Unknown'>;
export type AudioCodec = 'opus' | 'PCMU' | 'PCMA' | 'G722' | 'MP4A-LATM';
export type VideoCodec = 'H264' | 'H265' | 'VP8' | 'VP9' | 'AV1';

/** One format of a media section. */
export interface MediaCodec<Name extends string = AudioCodec | VideoCodec> {
  codec: Name;
  /** 0 to 63 or 96 to 127: those between look like RTCP (RFC 5761). Dynamic ones are from 96. */
  payloadType: number;
  /** Parameters as in `a=fmtp`, e.g. `profile-level-id=42e01f;packetization-mode=1`. Default: the library's. */
  profile?: string | undefined;
  /** Payload type under which lost packets are sent again (RFC 4588). */
  rtx?: number | undefined;
}

/** A stream of packets that this side sends (`a=ssrc`). */
export interface MediaSource {
  /** 1 to 4 294 967 295. */
  ssrc: number;
  /** CNAME, the same for streams to be played in time with each other. */
  name?: string | undefined;
  /** Name of the stream of media it belongs to (`a=msid`). */
  msid?: string | undefined;
  trackId?: string | undefined;
}

/** What a media section says, for `addTrack`. */
export interface MediaDescription {
  kind: 'audio' | 'video';
  /** Identification of the section, unique on the connection: letters, digits and `-_.`. Default: the kind. */
  mid?: string | undefined;
  /** As seen from this side. Default `SendRecv`. */
  direction?: MediaDirection | undefined;
  /** At least one, the best first. */
  codecs: MediaCodec[];
  sources?: MediaSource[] | undefined;
  /** Kilobits per second (`b=AS`). */
  bitrate?: number | undefined;
}

export type CheckedMediaDescription = MediaDescription & { mid: string; direction: MediaDirection };

const payload = integer(0, 127);

/** 64 to 95 with the marker bit are the types of RTCP packets, and would be taken for such. */
export const payloadType: Field<number> = (value, name) => {
  const checked = payload(value, name);
  if (checked >= 64 && checked < 96) {
    throw new RangeError(`${name} must be from 0 to 63 or from 96 to 127; got ${checked}, which means RTCP`);
  }
  return checked;
};

export const ssrc = integer(1, MAX_UINT32);

/** A line break in any of these would add a line to the description, and a space a field to its line. */
const TOKEN = /^[\w.-]{1,255}$/;
export const token: Field<string> = (value, name) => {
  if (typeof value !== 'string' || !TOKEN.test(value)) {
    throw wrongType(name, "1 to 255 letters, digits, '-', '_' or '.'", value);
  }
  return value;
};

const codecNames = {
  audio: oneOf<AudioCodec>('opus', 'PCMU', 'PCMA', 'G722', 'MP4A-LATM'),
  video: oneOf<VideoCodec>('H264', 'H265', 'VP8', 'VP9', 'AV1'),
};

function codecOf(kind: 'audio' | 'video'): Field<MediaCodec> {
  return (value, name) => {
    const checked = readOptions<MediaCodec>(value, name, {
      codec: codecNames[kind] as Field<AudioCodec | VideoCodec>,
      payloadType,
      profile: singleLine,
      rtx: payloadType,
    });
    return { ...checked, ...required(checked, name, 'codec', 'payloadType') };
  };
}

const source: Field<MediaSource> = (value, name) => {
  const checked = readOptions<MediaSource>(value, name, { ssrc, name: token, msid: token, trackId: token });
  if (checked.trackId !== undefined && checked.msid === undefined) {
    throw new TypeError(`${name}.trackId needs ${name}.msid: it names a track of that stream`);
  }
  return { ...checked, ...required(checked, name, 'ssrc') };
};

export const mediaDirection = oneOf<MediaDirection>('SendOnly', 'RecvOnly', 'SendRecv', 'Inactive');
const kindField = oneOf('audio', 'video');

export function validateMediaDescription(value: unknown, name: string): CheckedMediaDescription {
  // The kind first: it says which codecs there are.
  if (typeof value !== 'object' || value === null) throw wrongType(name, 'an object', value);
  const kind = kindField(
    readFrom(`${name}.kind`, () => (value as MediaDescription).kind),
    `${name}.kind`,
  );
  const checked = readOptions<MediaDescription>(value, name, {
    kind: kindField,
    mid: token,
    direction: mediaDirection,
    codecs: arrayOf(codecOf(kind)),
    sources: arrayOf(source),
    bitrate: integer(1, MAX_INT32, 'kilobits per second'),
  });
  const { codecs } = required(checked, name, 'codecs');
  if (codecs.length === 0) throw new TypeError(`${name}.codecs must have at least one codec; got none`);
  assertUnlike(
    codecs.flatMap((codec) =>
      codec.rtx === undefined ? [codec.payloadType] : [codec.payloadType, codec.rtx],
    ),
    `${name}.codecs`,
    'payload type',
  );
  assertUnlike(
    (checked.sources ?? []).map((each) => each.ssrc),
    `${name}.sources`,
    'ssrc',
  );
  return { mid: kind, direction: 'SendRecv', ...checked, kind, codecs };
}

function assertUnlike(values: number[], name: string, what: string): void {
  const twice = values.find((value, index) => values.indexOf(value) !== index);
  if (twice !== undefined) throw new RangeError(`${name} must not have the ${what} ${twice} twice`);
}

/** The options that have no default; says which is missing. */
export function required<T extends object, K extends keyof T & string>(
  checked: Partial<T>,
  name: string,
  ...keys: K[]
): Required<Pick<T, K>> {
  for (const key of keys) {
    if (checked[key] === undefined) throw new TypeError(`${name}.${key} must be given; got undefined`);
  }
  return checked as Required<Pick<T, K>>;
}
