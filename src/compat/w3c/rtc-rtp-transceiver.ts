import { type Codec, CODECS, type Direction } from './media-codecs.js';
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

/** The W3C's `RTCRtpSender`. It has no encoder: what is sent is sent with `rtpOf()`. */
export class RTCRtpSender {
  readonly #slot: MediaSlot;

  /** @internal */
  constructor(key: symbol, slot: MediaSlot) {
    assertConstruction(key);
    this.#slot = slot;
  }

  static getCapabilities(kind: string): Capabilities | null {
    return capabilitiesOf(kind);
  }

  get track(): MediaStreamTrack | null {
    return this.#slot.senderTrack;
  }

  get transport(): RTCDtlsTransport | null {
    return this.#slot.transport;
  }

  get dtmf(): null {
    return null;
  }

  getParameters(): object {
    return {
      transactionId: this.#slot.transaction(),
      encodings: [{ active: this.#slot.active }],
      headerExtensions: [],
      rtcp: { cname: this.#slot.owner.cname, reducedSize: false },
      codecs: this.#slot.codecsOf('remote'),
    };
  }

  setParameters(): Promise<never> {
    return Promise.reject(
      domException('NotSupportedError', 'there is no encoder whose parameters could be set'),
    );
  }

  async replaceTrack(track: MediaStreamTrack | null): Promise<void> {
    const slot = this.#slot;
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
    this.#slot.assertOpen('setStreams()');
    this.#slot.streams = checked.map(({ id }) => id);
    this.#slot.owner.changed();
  }

  getStats(): Promise<ReadonlyMap<string, object>> {
    return this.#slot.owner.stats();
  }
}

/** The W3C's `RTCRtpReceiver`. It has no decoder: what arrives comes with `rtpOf()`. */
export class RTCRtpReceiver {
  readonly #slot: MediaSlot;

  /** @internal */
  constructor(key: symbol, slot: MediaSlot) {
    assertConstruction(key);
    this.#slot = slot;
  }

  static getCapabilities(kind: string): Capabilities | null {
    return capabilitiesOf(kind);
  }

  get track(): MediaStreamTrack {
    return this.#slot.receiverTrack;
  }

  get transport(): RTCDtlsTransport | null {
    return this.#slot.transport;
  }

  getParameters(): object {
    return {
      headerExtensions: [],
      rtcp: { reducedSize: false },
      codecs: this.#slot.codecsOf('local'),
    };
  }

  getContributingSources(): [] {
    return [];
  }

  getSynchronizationSources(): [] {
    return [];
  }

  getStats(): Promise<ReadonlyMap<string, object>> {
    return this.#slot.owner.stats();
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
    SLOTS.set(this.#sender, slot);
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
    const direction = String(given) as Direction | 'stopped';
    if (!WORDS.has(direction)) return; // Web IDL, for attributes
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

const WORDS: ReadonlySet<string> = new Set(['sendrecv', 'sendonly', 'recvonly', 'inactive', 'stopped']);
const SLOTS = new WeakMap<RTCRtpSender, MediaSlot>();

for (const type of [RTCRtpSender, RTCRtpReceiver, RTCRtpTransceiver]) {
  Object.defineProperty(type.prototype, Symbol.toStringTag, { configurable: true, value: type.name });
}

/** @internal */
export const slotOf = (sender: RTCRtpSender): MediaSlot | undefined => SLOTS.get(sender);
