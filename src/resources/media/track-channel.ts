import type { NativeChannel, NativeTrack } from '../../native/binding.js';
import type { Message } from '../../native/validate/message.js';
import type { Clock } from '../../time/clock.js';
import { type Flow, RECEIVES, SENDS } from './flow.js';
import type { MediaChain } from './media-chain.js';
import { type Pace, Pacer } from './pacer.js';

/**
 * A track as far as channels go: frames are cut into packets here, and packets are paced. The addon has no buffered
 * amount for tracks, whatever its types say; what waits is what the pacer has.
 */
export class TrackChannel implements NativeChannel {
  readonly #native: NativeTrack;
  readonly #section: { readonly flow: Flow };
  readonly #clock: Clock;
  #chain: MediaChain | undefined;
  #pacer: Pacer | undefined;
  #lowMark = 0;
  #onLow: (() => void) | undefined;
  #timestampOfReports: number | undefined;
  /** Called for a message that was accepted and is not sent. */
  onDropped: () => void = () => {};

  constructor(native: NativeTrack, section: { readonly flow: Flow }, clock: Clock) {
    this.#native = native;
    this.#section = section;
    this.#clock = clock;
  }

  get takesFrames(): boolean {
    return this.#chain?.takesFrames === true;
  }

  /** The addon has a handler, which it can exchange, but not remove. */
  get hasHandler(): boolean {
    return this.#chain !== undefined && this.#chain.handlers.length > 0;
  }

  /** Of the next frame; `undefined` without a packetizer. */
  get timestamp(): number | undefined {
    return this.#chain?.packetizer?.stream.timestamp;
  }

  set timestamp(ticks: number) {
    const stream = this.#chain?.packetizer?.stream;
    if (stream) stream.timestamp = ticks;
  }

  /** Without a pace, what waits leaves now, through the handlers that it was sent to. */
  setChain(chain: MediaChain, pace?: Pace): void {
    if (!pace) this.#pacer?.flush();
    const [first] = chain.handlers;
    if (first) this.#native.setMediaHandler(first);
    this.#chain = chain;
    this.#timestampOfReports = undefined;
    if (!pace) this.#pacer = undefined;
    else if (this.#pacer) this.#pacer.pace = pace;
    else this.#pacer = this.#pacerWith(pace);
  }

  /** What waits for its pace is dropped. */
  stop(): void {
    this.#pacer?.stop();
  }

  close(): void {
    this.#native.close();
  }

  isOpen(): boolean {
    return this.#native.isOpen();
  }

  sendMessage(text: string): boolean {
    return this.#pass(text);
  }

  sendMessageBinary(bytes: Uint8Array): boolean {
    return this.#pass(bytes as Buffer);
  }

  bufferedAmount(): number {
    return this.#pacer?.bytes ?? 0;
  }

  /** The track itself knows whether it is packets or frames. */
  maxMessageSize(): number {
    return Number.MAX_SAFE_INTEGER;
  }

  setBufferedAmountLowThreshold(bytes: number): void {
    this.#lowMark = bytes;
    if (this.#pacer) this.#pacer.lowMark = bytes;
  }

  onBufferedAmountLow(callback: () => void): void {
    this.#onLow = callback;
  }

  onMessage(callback: (message: string | Buffer | ArrayBuffer) => void): void {
    this.#native.onMessage((packet) => {
      if (this.#mayPass(RECEIVES, packet as Message)) callback(packet as Buffer);
    });
  }

  #pass(data: Message): boolean {
    const packetizer = this.#chain?.packetizer;
    const sends = (this.#section.flow & SENDS) !== 0;
    if (!sends && (this.takesFrames || !isRtcp(data))) return true;
    if (!packetizer && !this.#pacer) return this.#hand(data);
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    const packets = packetizer ? packetizer.packets(asBuffer(bytes)) : [Buffer.from(bytes)];
    if (packetizer) this.#report(packetizer.stream.timestamp);
    if (this.#pacer) this.#pacer.push(packets);
    else for (const packet of packets) this.#hand(packet);
    return this.bufferedAmount() === 0;
  }

  #hand(data: Message): boolean {
    return typeof data === 'string' ? this.#native.sendMessage(data) : this.#native.sendMessageBinary(data);
  }

  /** Sender reports name the time of the newest frame. */
  #report(timestamp: number): void {
    if (timestamp === this.#timestampOfReports || !this.#chain?.reported) return;
    this.#chain.reported.timestamp = timestamp;
    this.#timestampOfReports = timestamp;
  }

  #pacerWith(pace: Pace): Pacer {
    const send = (packet: Buffer) => {
      if (this.#mayPass(SENDS, packet)) this.#hand(packet);
    };
    const pacer = new Pacer(this.#clock, pace, send, () => this.onDropped());
    pacer.lowMark = this.#lowMark;
    pacer.onLow = () => this.#onLow?.();
    return pacer;
  }

  #mayPass(flow: number, packet: Message): boolean {
    return (this.#section.flow & flow) !== 0 || isRtcp(packet);
  }
}

/** By the second byte (RFC 5761, section 4). */
function isRtcp(packet: Message): boolean {
  if (typeof packet === 'string' || packet.length < 2) return false;
  const type = packet[1] as number;
  return type >= 192 && type <= 223;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
