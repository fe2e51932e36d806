import { type Codec, CODECS, type Direction, TRANSCEIVER_DIRECTIONS } from './media-codecs.js';
import { assertStreams, assertTrack, type MediaStream, type MediaStreamTrack } from './media-stream-track.js';
import type { MediaSlot } from './media-slot.js';
import { setRtp } from './rtp.js';
import type { RTCDtlsTransport } from './transports.js';
import { assertConstruction, CONSTRUCTION, domException } from './web-idl.js';

interface Capabilities {
  codecs: Omit<Codec, 'payloadType'>[];
  headerExtensions: object[];
}

function capabilitiesOf(kind: string): Capabilities | null {
  if (kind !== 'audio' && kind !== 'video') return null;
  const codecs = CODECS[kind].map(({ payloadType: _type, ...codec }) => codec);
  return { codecs, headerExtensions: [] };
}

/** Applications see no slot. @internal */
export let slotOf: (end: RtpEnd) => MediaSlot;

/** What senders and receivers have in common. */
abstract class RtpEnd {
  readonly #slot: MediaSlot;

  static {
    slotOf = (end) => end.#slot;
  }

  /** @internal */
  constructor(key: symbol, slot: MediaSlot) {
    assertConstruction(key);
    this.#slot = slot;
  }

  static getCapabilities(kind: string): Capabilities | null {
    return capabilitiesOf(kind);
  }

  get transport(): RTCDtlsTransport | null {
    return this.#slot.transport;
  }

  getStats(): Promise<ReadonlyMap<string, object>> {
    return this.#slot.owner.stats();
  }
}

/** The W3C's `RTCRtpSender`. It has no encoder: what is sent is sent with `rtpOf()`. */
export class RTCRtpSender extends RtpEnd {
  get track(): MediaStreamTrack | null {
    return slotOf(this).senderTrack;
  }

  get dtmf(): null {
    return null;
  }

  getParameters(): object {
    const slot = slotOf(this);
    return {
      transactionId: slot.transaction(),
      encodings: [{ active: slot.active }],
      headerExtensions: [],
      rtcp: { cname: slot.owner.cname, reducedSize: false },
      codecs: slot.codecsOf('remote'),
    };
  }

  setParameters(): Promise<never> {
    return Promise.reject(
      domException('NotSupportedError', 'there is no encoder whose parameters could be set'),
    );
  }

  async replaceTrack(track: MediaStreamTrack | null): Promise<void> {
    const slot = slotOf(this);
    if (track !== null && assertTrack(track).kind !== slot.kind) {
      throw new TypeError(`replaceTrack(): the sender is for ${slot.kind}`);
    }
    await slot.owner.run('replaceTrack()', () => {
      if (slot.stopping)
        throw domException('InvalidStateError', 'replaceTrack(): the transceiver was stopped');
      slot.senderTrack = track;
    });
  }

  setStreams(...streams: MediaStream[]): void {
    const checked = assertStreams(streams);
    const slot = slotOf(this);
    slot.assertOpen('setStreams()');
    slot.streams = checked.map(({ id }) => id);
    slot.owner.changed();
  }
}

/** The W3C's `RTCRtpReceiver`. It has no decoder: what arrives comes with `rtpOf()`. */
export class RTCRtpReceiver extends RtpEnd {
  get track(): MediaStreamTrack {
    return slotOf(this).receiverTrack;
  }

  getParameters(): object {
    return {
      headerExtensions: [],
      rtcp: { reducedSize: false },
      codecs: slotOf(this).codecsOf('local'),
    };
  }

  getContributingSources(): [] {
    return [];
  }

  getSynchronizationSources(): [] {
    return [];
  }
}

/** The W3C's `RTCRtpTransceiver`: a media section of a connection. */
export class RTCRtpTransceiver {
  readonly #slot: MediaSlot;
  readonly #sender: RTCRtpSender;
  readonly #receiver: RTCRtpReceiver;

  /** @internal */
  constructor(key: symbol, slot: MediaSlot) {
    assertConstruction(key);
    this.#slot = slot;
    this.#sender = new RTCRtpSender(CONSTRUCTION, slot);
    this.#receiver = new RTCRtpReceiver(CONSTRUCTION, slot);
    for (const object of [this, this.#sender, this.#receiver, slot.receiverTrack]) setRtp(object, slot);
  }

  get mid(): string | null {
    return this.#slot.mid;
  }

  get sender(): RTCRtpSender {
    return this.#sender;
  }

  get receiver(): RTCRtpReceiver {
    return this.#receiver;
  }

  get stopped(): boolean {
    return this.#slot.stopped;
  }

  get direction(): Direction | 'stopped' {
    return this.#slot.stopping ? 'stopped' : this.#slot.direction;
  }

  set direction(given: Direction) {
    const slot = this.#slot;
    const direction = TRANSCEIVER_DIRECTIONS.find((word) => word === String(given));
    if (direction === undefined) return; // Web IDL, for attributes
    slot.assertOpen('setting the direction');
    if (slot.stopping) throw domException('InvalidStateError', 'the transceiver was stopped');
    if (direction === 'stopped') throw new TypeError('a transceiver is stopped by stop()');
    if (slot.direction === direction) return;
    slot.direction = direction;
    slot.owner.changed();
  }

  get currentDirection(): Direction | 'stopped' | null {
    return this.#slot.stopped ? 'stopped' : this.#slot.currentDirection;
  }

  /** For good; the peer learns it by the next offer. */
  stop(): void {
    this.#slot.assertOpen('stop()');
    if (this.#slot.stopping) return;
    this.#slot.stop();
    this.#slot.owner.changed();
  }

  /** Which codecs are offered, and in which order. Before the section is described; later the library cannot change it. */
  setCodecPreferences(codecs: Iterable<Omit<Codec, 'payloadType'>>): void {
    const slot = this.#slot;
    const wanted = Array.from(codecs, ({ mimeType, clockRate, channels, sdpFmtpLine }) => {
      const known = CODECS[slot.kind].find(
        (codec) =>
          codec.mimeType.toLowerCase() === String(mimeType).toLowerCase() &&
          codec.clockRate === clockRate &&
          codec.channels === channels &&
          codec.sdpFmtpLine === sdpFmtpLine,
      );
      if (!known) {
        throw domException(
          'InvalidModificationError',
          `${mimeType} is not among the codecs of getCapabilities()`,
        );
      }
      return known;
    });
    if (slot.rtp) {
      throw domException(
        'NotSupportedError',
        'the section is described already, and its codecs stay as they are',
      );
    }
    slot.codecs = wanted.length === 0 ? undefined : [...new Set(wanted)];
  }
}

for (const type of [RTCRtpSender, RTCRtpReceiver, RTCRtpTransceiver]) {
  Object.defineProperty(type.prototype, Symbol.toStringTag, { configurable: true, value: type.name });
}
