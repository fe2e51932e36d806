import type { PacketizerOptions } from '../../native/validate/media-handlers.js';
import { Av1Payloads } from './av1-units.js';
import { fragmentH264, fragmentH265, splitNalUnits } from './nal-units.js';
import type { RtpStream } from './rtp-stream.js';

/**
 * Cuts frames into RTP packets. The library's own packetizers number from a place of their own choice, which cannot
 * be read, and pace in a thread that ends the process when a packet is refused (H63).
 */
export class FramePacketizer {
  readonly stream: RtpStream;
  readonly #options: PacketizerOptions;
  readonly #payloads: (frame: Buffer) => Uint8Array[];

  constructor(options: PacketizerOptions, stream: RtpStream) {
    this.stream = stream;
    this.#options = options;
    this.#payloads = cutterOf(options);
  }

  packets(frame: Buffer): Buffer[] {
    const { payloadType, playoutDelay } = this.#options;
    return this.stream.packets(this.#payloads(frame), { payloadType, playoutDelay });
  }
}

function cutterOf(options: PacketizerOptions): (frame: Buffer) => Uint8Array[] {
  const { format, separator = 'StartSequence', packetization = 'TemporalUnit' } = options;
  const most = options.maxFragmentSize ?? DEFAULT_FRAGMENT_BYTES;
  const av1 = new Av1Payloads(most);
  switch (format) {
    case 'H264':
      return (frame) => splitNalUnits(frame, separator).flatMap((unit) => fragmentH264(unit, most));
    case 'H265':
      return (frame) => splitNalUnits(frame, separator).flatMap((unit) => fragmentH265(unit, most));
    case 'AV1':
      return packetization === 'Obu' ? (obu) => av1.ofObu(obu) : (unit) => av1.ofTemporalUnit(unit);
    case 'RTP':
      return (payload) => [payload];
  }
}

/** libdatachannel's: an MTU of 1280 bytes less the headers of IPv6, UDP and SRTP (`rtppacketizer.hpp`). */
const DEFAULT_FRAGMENT_BYTES = 1220;
