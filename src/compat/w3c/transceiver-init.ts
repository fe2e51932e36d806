import { type Direction, TRANSCEIVER_DIRECTIONS } from './media-codecs.js';
import { assertStreams, type MediaStream } from './media-stream-track.js';
import { dictionary, domException, oneOf } from './web-idl.js';

interface EncodingInit {
  rid?: string | undefined;
  active?: boolean | undefined;
  maxBitrate?: number | undefined;
  maxFramerate?: number | undefined;
  scaleResolutionDownBy?: number | undefined;
}

/** What `addTransceiver()` takes. */
export interface TransceiverInit {
  direction?: Direction | undefined;
  streams?: Iterable<unknown> | undefined;
  sendEncodings?: Iterable<EncodingInit> | undefined;
}

/** Throws for what the W3C does not allow, and for simulcast. */
export function checkTransceiverInit(given: TransceiverInit | null | undefined): {
  readonly direction: Direction;
  readonly streams: readonly MediaStream[];
  readonly active: boolean;
} {
  const init = dictionary(given, 'init');
  const direction = oneOf(init.direction, 'init.direction', TRANSCEIVER_DIRECTIONS);
  if (direction === 'stopped') throw new TypeError('init.direction must not be stopped');
  const streams = assertStreams(init.streams ?? []);
  const encodings = Array.from(init.sendEncodings ?? [], (each) => dictionary(each, 'init.sendEncodings'));
  for (const encoding of encodings) checkEncoding(encoding);
  if (encodings.length > 1) {
    const rids = encodings.map(({ rid }) => rid);
    if (rids.includes(undefined) || new Set(rids).size < rids.length) {
      throw new TypeError('init.sendEncodings: each of several needs a rid of its own');
    }
    throw domException('NotSupportedError', 'init.sendEncodings has more than one: there is no simulcast');
  }
  return { direction, streams, active: encodings[0]?.active !== false };
}

function checkEncoding({ rid, maxFramerate, scaleResolutionDownBy }: EncodingInit): void {
  if (rid !== undefined && !/^[a-zA-Z0-9]{1,16}$/.test(String(rid))) {
    throw new TypeError('init.sendEncodings: a rid has 1 to 16 letters and digits');
  }
  if (scaleResolutionDownBy !== undefined && !(Number(scaleResolutionDownBy) >= 1)) {
    throw new RangeError('init.sendEncodings: scaleResolutionDownBy must be at least 1');
  }
  if (maxFramerate !== undefined && !(Number(maxFramerate) >= 0)) {
    throw new RangeError('init.sendEncodings: maxFramerate must be at least 0');
  }
}
