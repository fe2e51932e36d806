/** What a packet says besides its payload. */
export interface PacketSettings {
  readonly payloadType: number;
  readonly playoutDelay: { readonly id: number; readonly min: number; readonly max: number } | undefined;
}

/** Where one source (SSRC) of a connection has got to: its next packets follow the last ones, whoever makes them. */
export class RtpStream {
  readonly ssrc: number;
  /** Ticks, below 2 ** 32. Starts at random (RFC 3550, section 5.1). */
  timestamp: number;
  #sequenceNumber: number;

  constructor(ssrc: number) {
    this.ssrc = ssrc;
    const [timestamp, sequenceNumber] = crypto.getRandomValues(new Uint32Array(2)) as unknown as [
      number,
      number,
    ];
    this.timestamp = timestamp;
    this.#sequenceNumber = sequenceNumber % MOST_FIRST_NUMBER;
  }

  /** The RTP packets (RFC 3550, section 5.1) of one frame; the last one has the marker. */
  packets(payloads: readonly Uint8Array[], settings: PacketSettings): Buffer[] {
    const extension = settings.playoutDelay ? extensionOf(settings.playoutDelay) : NO_EXTENSION;
    return payloads.map((payload, index) => {
      const start = HEADER_BYTES + extension.length;
      const packet = Buffer.alloc(start + payload.length);
      packet[0] = extension.length > 0 ? 0x90 : 0x80;
      packet[1] = settings.payloadType | (index === payloads.length - 1 ? 0x80 : 0);
      packet.writeUInt16BE(this.#sequenceNumber, 2);
      packet.writeUInt32BE(this.timestamp, 4);
      packet.writeUInt32BE(this.ssrc, 8);
      packet.set(extension, HEADER_BYTES);
      packet.set(payload, start);
      this.#sequenceNumber = (this.#sequenceNumber + 1) % 2 ** 16;
      return packet;
    });
  }
}

/** The sources of one connection, by SSRC: its encryption (SRTP) refuses a number far behind the last one. */
export class RtpStreams {
  readonly #streams = new Map<number, RtpStream>();

  of(ssrc: number): RtpStream {
    let stream = this.#streams.get(ssrc);
    if (!stream) this.#streams.set(ssrc, (stream = new RtpStream(ssrc)));
    return stream;
  }
}

/** RFC 3711, section 3.3.1: in the lower half, so that a loss at the start cannot be taken for a wrap. */
const MOST_FIRST_NUMBER = 2 ** 15;
const HEADER_BYTES = 12;
const NO_EXTENSION = new Uint8Array();

/** The playout delay of libwebrtc's `playout-delay` extension, with one or two bytes of header (RFC 8285). */
function extensionOf({ id, min, max }: NonNullable<PacketSettings['playoutDelay']>): Uint8Array {
  const delay = [min >> 4, ((min & 15) << 4) | (max >> 8), max & 255];
  return id < 15
    ? Uint8Array.from([0xbe, 0xde, 0, 1, (id << 4) | 2, ...delay])
    : Uint8Array.from([0x10, 0, 0, 2, id, 3, ...delay, 0, 0, 0]);
}
