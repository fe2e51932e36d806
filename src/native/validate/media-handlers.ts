import { wrongType, boolean, type Field, integer, oneOf, readOptions } from '../../arguments/argument.js';
import { MAX_UINT32 } from './limits.js';
import { payloadType, required, ssrc, token } from './media-description.js';

/** Cuts what is sent into RTP packets. */
export interface PacketizerOptions {
  /** What is sent: frames of this codec, or with `RTP` payloads of one packet each, e.g. Opus frames. */
  format: 'H264' | 'H265' | 'AV1' | 'RTP';
  /** That of the description's source. */
  ssrc: number;
  /** CNAME, that of the description's source. */
  cname: string;
  /** That of the codec in the description. */
  payloadType: number;
  /** Ticks of `timestamp` per second: 90 000 for video, 48 000 for Opus. */
  clockRate: number;
  /** How NAL units of H264 and H265 are separated. Default `StartSequence`: 00 00 01 or 00 00 00 01 before each. */
  separator?: 'Length' | 'ShortStartSequence' | 'LongStartSequence' | 'StartSequence' | undefined;
  /** What a message of AV1 is. Default `TemporalUnit`. */
  packetization?: 'Obu' | 'TemporalUnit' | undefined;
  /** Bytes of a frame that a packet may carry. Default 1220. Not with `RTP`. */
  maxFragmentSize?: number | undefined;
  /** Id of the extension that turns the picture, 1 to 255. */
  videoOrientationId?: number | undefined;
  /** Extension that bounds the receiver's buffering; in units of 10 ms. */
  playoutDelay?: { id: number; min: number; max: number } | undefined;
}

/** What works on the packets of a track, for `setMediaHandlers`. */
export interface MediaHandlers {
  packetizer?: PacketizerOptions | undefined;
  /** Sends sender reports (RTCP SR) once a second while packets are sent. Needs a packetizer. */
  senderReports?: boolean | undefined;
  /** Sends lost packets again when the receiver asks (NACK): `true`, or how many packets it keeps. Default 512. */
  nackResponder?: boolean | number | undefined;
  /**
   * Spreads packets over time instead of sending a frame's at once. What waits is the `bufferedAmount` of the track:
   * `send()` waits at `highWaterMark`, and `drained()` for the last packet. What waits when the track closes is dropped
   * and counted as `undelivered`, as is a message with a packet that the library refuses later.
   */
  pacing?: {
    bitsPerSecond: number;
    /** Milliseconds between two bursts, 1 to 1000. Default 5. */
    interval?: number;
  };
  /** Sends receiver reports, and lets `requestKeyframe()` and `requestBitrate()` ask the sender. */
  receivingSession?: boolean | undefined;
}

export type CheckedMediaHandlers = Omit<MediaHandlers, 'nackResponder' | 'pacing'> & {
  nackResponder: number | undefined;
  pacing: { bitsPerSecond: number; interval: number } | undefined;
};

/**
 * Below 64 bytes a frame becomes thousands of packets, and at 2 the library cuts without an end; above 9000 not even
 * jumbo frames of Ethernet carry it.
 */
const fragmentSize = integer(64, 9000, 'bytes');
const twelveBits = integer(0, 4095);

const packetizer: Field<PacketizerOptions> = (value, name) => {
  const checked = readOptions<PacketizerOptions>(value, name, {
    format: oneOf('H264', 'H265', 'AV1', 'RTP'),
    ssrc,
    cname: token, // the addon throws while sending when it is longer than 255 bytes
    payloadType,
    clockRate: integer(1, MAX_UINT32),
    separator: oneOf('Length', 'ShortStartSequence', 'LongStartSequence', 'StartSequence'),
    packetization: oneOf('Obu', 'TemporalUnit'),
    maxFragmentSize: fragmentSize,
    videoOrientationId: integer(1, 255),
    playoutDelay,
  });
  const needed = required(checked, name, 'format', 'ssrc', 'cname', 'payloadType', 'clockRate');
  const { format } = needed;
  if (checked.separator && format !== 'H264' && format !== 'H265') throw notFor(name, 'separator', format);
  if (checked.packetization && format !== 'AV1') throw notFor(name, 'packetization', format);
  if (checked.maxFragmentSize && format === 'RTP') throw notFor(name, 'maxFragmentSize', format);
  return { ...checked, ...needed };
};

const playoutDelay: Field<{ id: number; min: number; max: number }> = (value, name) => {
  const checked = readOptions<{ id: number; min: number; max: number }>(value, name, {
    id: integer(1, 255),
    min: twelveBits,
    max: twelveBits,
  });
  const { id, min, max } = required(checked, name, 'id', 'min', 'max');
  if (min > max) throw new RangeError(`${name}.min must not be above ${name}.max; got ${min} and ${max}`);
  return { id, min, max };
};

const packets = integer(1, 65_536, 'packets');
const nackResponder: Field<boolean | number> = (value, name) => {
  if (typeof value !== 'boolean' && typeof value !== 'number') {
    throw wrongType(name, 'a boolean or a number of packets', value);
  }
  return typeof value === 'boolean' ? value : packets(value, name);
};

const pacing: Field<{ bitsPerSecond: number; interval?: number }> = (value, name) => {
  const checked = readOptions<{ bitsPerSecond: number; interval?: number }>(value, name, {
    bitsPerSecond: integer(1000, Number.MAX_SAFE_INTEGER, 'bits per second'),
    interval: integer(1, 1000, 'milliseconds'),
  });
  return { ...checked, ...required(checked, name, 'bitsPerSecond') };
};

export function validateMediaHandlers(value: unknown, name: string): CheckedMediaHandlers {
  const checked = readOptions<MediaHandlers>(value, name, {
    packetizer,
    senderReports: boolean,
    nackResponder,
    pacing,
    receivingSession: boolean,
  });
  if (checked.senderReports && !checked.packetizer) {
    throw new TypeError(`${name}.senderReports needs ${name}.packetizer: it reports on its packets`);
  }
  const { nackResponder: nack, pacing: pace, ...rest } = checked;
  return {
    ...rest,
    nackResponder: nack === true ? DEFAULT_NACK_PACKETS : nack || undefined,
    pacing: pace && { interval: DEFAULT_PACING_MS, ...pace },
  };
}

function notFor(name: string, key: string, format: string): TypeError {
  return new TypeError(`${name}.${key} has no meaning for ${name}.format '${format}'`);
}

/** libdatachannel's, `rtcpnackresponder.hpp`. */
const DEFAULT_NACK_PACKETS = 512;
/** As libwebrtc's pacer does. */
const DEFAULT_PACING_MS = 5;
