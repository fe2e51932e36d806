import { started } from '../../time/wait.js';
import type { MediaHandler } from 'node-datachannel';
import type { HandleDetails } from '../../diagnostics/handle-details.js';
import { type LibraryContext, checkedContext } from '../../library/library-context.js';
import { RtcInvalidStateError, RtcMessageError, RtcNativeError } from '../../errors/rtc-error.js';
import type { NativeTrack } from '../../native/binding.js';
import { guardCallback } from '../../native/firewall.js';
import { callNative } from '../../native/call-native.js';
import { integer } from '../../arguments/argument.js';
import { type MediaDirection, mediaDirection } from '../../native/validate/media-description.js';
import { MAX_UINT32 } from '../../native/validate/limits.js';
import { type MediaHandlers, validateMediaHandlers } from '../../native/validate/media-handlers.js';
import { type CheckedMessage, validateMessage, type Sendable } from '../../native/validate/message.js';
import type { Deadline, CloseOptions, WaitOptions } from '../../time/deadline.js';
import type { OwnedNode } from '../../scope/node.js';
import type { CheckedChannelOptions } from '../channel/channel-options.js';
import {
  assertMediaHandler,
  claimMediaHandler,
  idleHandler,
  type MediaChain,
  makeMediaChain,
} from './media-chain.js';
import { MessageChannel } from '../channel/message-channel.js';
import type { Flow } from './flow.js';
import type { Pace } from './pacer.js';
import type { RtpStream } from './rtp-stream.js';
import { TrackChannel } from './track-channel.js';

/** What a track needs of its media section. */
export interface TrackSection {
  /** As descriptions call it. */
  readonly mid: string;
  readonly direction: MediaDirection;
  readonly flow: Flow;
  /** The connection's source with that SSRC. */
  streamOf(ssrc: number): RtpStream;
  /** This side wants the section to have that direction: by an offer, when one can be made. */
  ask(direction: MediaDirection): void;
  /** The track has ended. False: the section takes the native track, because the peer may use it again. */
  giveBack(): boolean;
  /** The track has ended; the peer is to be offered the change. */
  stopped(): void;
}

/**
 * A media track, owned by its connection. Messages are RTP and RTCP packets as the library hands them over. With a
 * packetizer (`setMediaHandlers`) what is sent are frames instead, one a message.
 *
 * RTP is not reliable: nothing is drained and nothing is confirmed at the end. What arrived is handed over before
 * `close`.
 */
export class MediaTrack extends MessageChannel {
  readonly #native: NativeTrack;
  readonly #section: TrackSection;
  readonly #channel: TrackChannel;
  readonly #type: string;
  #endSeen = false;
  #hasOpened = false;

  /** Made by `PeerConnection`. @internal */
  constructor(
    context: LibraryContext,
    owner: OwnedNode,
    native: NativeTrack,
    options: CheckedChannelOptions,
    section: TrackSection,
  ) {
    const own = checkedContext(context, 'MediaTrack');
    const channel = new TrackChannel(native, section, own.clock);
    super(own, owner, 'MediaTrack', `track-${section.mid}`, channel, options);
    this.#channel = channel;
    channel.onDropped = () => this.sent.dropped();
    this.#native = native;
    this.#section = section;
    this.#type = native.type();
    native.onOpen(
      guardCallback(
        () => this.path,
        () => this.nativeOpened(),
      ),
    );
    native.onError(
      guardCallback(
        () => this.path,
        (text) => this.fail(new RtcNativeError(noTransport(text), { path: this.path })),
      ),
    );
    context.watcher.watch(this);
    if (native.isOpen()) this.nativeOpened();
  }

  /**
   * As of every channel; of a track whose media section was refused it rejects with that reason, whenever it is
   * asked.
   */
  override opened(options?: WaitOptions): Promise<this> {
    const { reason } = this;
    const wasRefused = this.state === 'closed' && !this.#hasOpened && reason instanceof RtcNativeError;
    return wasRefused ? Promise.reject(reason) : super.opened(options);
  }

  /**
   * Identification of the media section in the session descriptions. Where the one that was asked for belongs to
   * another section by the time of the negotiation, that with a number: `video-2`.
   */
  get mid(): string {
    return this.#section.mid;
  }

  /** `audio` or `video`. */
  get type(): string {
    return this.#type;
  }

  /**
   * Which way packets may go now: what this side asks for, as far as the peer agreed to it. While it does not send,
   * what is sent is discarded, but for RTCP packets without a packetizer.
   *
   * To set it asks for another direction, by an offer as soon as one can be made; with `disableAutoNegotiation` by
   * the next one of yours. Less takes effect at once, more with the peer's answer. This is how to pause a track.
   */
  get direction(): MediaDirection {
    return this.record.state === 'held' ? this.#section.direction : 'Inactive';
  }

  protected override details(): HandleDetails {
    const { mid, type, direction } = this;
    return { ...super.details(), track: { mid, type, direction } };
  }

  set direction(direction: MediaDirection) {
    const checked = mediaDirection(direction, 'direction');
    this.assertUsable('setting the direction');
    this.#section.ask(checked);
  }

  /**
   * Closes the track, and tells the peer that its media section is not used any more: by an offer as soon as one can
   * be made; with `disableAutoNegotiation` by the next one of yours. `close()` leaves that to the next offer.
   */
  async stop(options?: CloseOptions): Promise<void> {
    const first = this.state === 'opening' || this.state === 'open';
    await this.close(options);
    if (first) this.#section.stopped();
  }

  /**
   * Sets what works on the packets, in place of what was set before. Best before the track is open: what has passed
   * by then is not seen by them. Sequence numbers and `timestamp` of an SSRC go on where they were.
   *
   * With a packetizer `send` takes frames of up to 16 MiB; set `timestamp` before each. What is sent before the track
   * is open goes out with the timestamp of that moment, so await `opened()` first. Throws `RTC_CLOSED` on a closed
   * track, `RTC_INVALID_STATE` when the binding has no media.
   */
  setMediaHandlers(handlers: MediaHandlers): void {
    const checked = validateMediaHandlers(handlers, 'handlers');
    this.assertUsable('setMediaHandlers()');
    const classes = this.context.native.mediaHandlers;
    if (!classes) throw new RtcInvalidStateError('the binding has no media handlers', { path: this.path });
    if (!Object.values(checked).some((value) => value !== undefined && value !== false)) {
      throw new TypeError('handlers must name at least one handler; got none');
    }
    const chain = makeMediaChain(classes, checked, (ssrc) => this.#section.streamOf(ssrc), this.path);
    const [first = this.#channel.hasHandler ? idleHandler(classes) : undefined] = chain.handlers;
    this.#setChain(
      first ? { ...chain, handlers: [first, ...chain.handlers.slice(1)] } : chain,
      checked.pacing,
    );
  }

  /**
   * The same with a handler of node-datachannel, for code that has one already; what is chained to it comes with it.
   * Prefer `setMediaHandlers`: of a ready-made handler only its class can be checked, and a chain with a cycle, or
   * numbers that are out of range, hang or abort the process. So does a `PacingHandler` when a packet is refused. `RTC_INVALID_STATE` when another track has it.
   */
  setMediaHandler(handler: MediaHandler): void {
    assertMediaHandler(this.context.native.mediaHandlers, handler);
    this.assertUsable('setMediaHandler()');
    claimMediaHandler(handler, this, this.path);
    this.#setChain({ handlers: [handler], takesFrames: true });
  }

  #setChain(chain: MediaChain, pace?: Pace): void {
    callNative(this.path, 'setMediaHandler', () => this.#channel.setChain(chain, pace));
  }

  /**
   * RTP timestamp of the next frame that is sent, in ticks of the packetizer's `clockRate`; it starts at random. What
   * is set is taken modulo 2 ** 32. Without a packetizer 0, and setting it throws `RTC_INVALID_STATE`.
   */
  get timestamp(): number {
    return this.#channel.timestamp ?? 0;
  }

  set timestamp(ticks: number) {
    const checked = tickCount(ticks, 'timestamp');
    if (this.#channel.timestamp === undefined) {
      throw new RtcInvalidStateError('timestamp needs a packetizer', { path: this.path });
    }
    this.#channel.timestamp = checked % 2 ** 32;
  }

  /** Bytes that one packet may have, or with a packetizer one frame. */
  override get maxMessageSize(): number {
    if (this.record.state !== 'held') return 0;
    return this.#channel.takesFrames ? MAX_FRAME_BYTES : this.#native.maxMessageSize();
  }

  override send(data: Sendable, options?: WaitOptions): Promise<void> {
    return started(() => {
      const { byteLength } = this.#assertFits(data);
      if (this.state === 'open') this.#assertRoom(byteLength);
      return super.send(data, options);
    });
  }

  override trySend(data: Sendable): boolean {
    this.#assertFits(data);
    return super.trySend(data);
  }

  /**
   * Asks the sender for a key frame (RTCP PLI or FIR). False when nothing could be sent: without a `receivingSession`,
   * or when the track is not open.
   */
  requestKeyframe(): boolean {
    this.assertUsable('requestKeyframe()');
    // Asked while not open, the addon aborts the process: it does not catch what the library throws.
    if (!this.#native.isOpen()) return false;
    return callNative(this.path, 'requestKeyframe', () => this.#native.requestKeyframe());
  }

  /** Asks the sender to stay below this many bits per second (RTCP REMB). False as for `requestKeyframe()`. */
  requestBitrate(bitsPerSecond: number): boolean {
    const checked = bitrate(bitsPerSecond, 'bitsPerSecond');
    this.assertUsable('requestBitrate()');
    if (!this.#native.isOpen()) return false;
    return callNative(this.path, 'requestBitrate', () => this.#native.requestBitrate(checked));
  }

  protected override nativeOpened(): void {
    this.nowOpen();
  }

  /** @internal */
  protected override nowOpen(): void {
    this.#hasOpened = true;
    super.nowOpen();
  }

  /** @internal */
  override checkClosed(): void {
    if (this.#endSeen || this.record.state !== 'held' || !this.#native.isClosed()) return;
    this.#endSeen = true;
    this.closedByPeer();
  }

  /** This side uses it to send. @internal */
  get hasSent(): boolean {
    return this.sent.messages > 0;
  }

  /** The peer rejected the media section. @internal */
  refusedByPeer(): void {
    const why = `the peer rejected the media section '${this.mid}': it has none of its codecs, or takes no ${this.#type}`;
    this.fail(new RtcNativeError(why, { path: this.path }));
  }

  /** The peer stopped the media section, or sends no more in it. @internal */
  override closedByPeer(): void {
    super.closedByPeer();
  }

  protected override onClosing(): void {
    this.#channel.stop();
    super.onClosing();
  }

  protected override drainNative(deadline: Deadline): Promise<void> | undefined {
    if (this.record.state !== 'held') return undefined;
    return this.received(deadline);
  }

  protected override releaseNative(deadline: Deadline): Promise<boolean> | boolean {
    this.context.watcher.unwatch(this);
    if (this.record.state !== 'held') return true;
    if (!this.#section.giveBack()) {
      this.record.forget(); // the section holds it now
      return true;
    }
    // Only now: registered earlier, this callback would throw away the packets still queued (H4).
    if (!this.#native.isClosed()) this.#native.onClosed(this.record.acknowledging());
    // The connection may just have closed it in another thread, which drops a callback that it has not called.
    return this.record.giveBack(deadline, { comes: !this.#native.isClosed() });
  }

  /** Of a caller that does not wait for `send()` the pacer takes no more than this. */
  #assertRoom(byteLength: number): void {
    const waiting = this.#channel.bufferedAmount();
    if (waiting === 0 || waiting + byteLength <= MOST_PACED_BYTES) return;
    const why = `${waiting} bytes wait for their pace already; await send() before the next one`;
    throw new RtcMessageError('RTC_OVERFLOW', why, { path: this.path });
  }

  #assertFits(data: Sendable): CheckedMessage {
    const message = validateMessage(data);
    const { byteLength } = message;
    const most = this.maxMessageSize;
    if (most === 0 || byteLength <= most) return message;
    const what = this.#channel.takesFrames ? 'frame' : 'packet';
    throw new RtcMessageError(
      'RTC_MESSAGE_TOO_LARGE',
      `the ${what} has ${byteLength} bytes, the limit is ${most}`,
      { path: this.path },
    );
  }
}

/** Far above any frame; the library has no limit of its own, and each fragment is a packet in memory. */
const MAX_FRAME_BYTES = 16 * 1024 * 1024;
/** As much as the largest frame, so that one always fits. */
const MOST_PACED_BYTES = MAX_FRAME_BYTES;
const tickCount = integer(0, Number.MAX_SAFE_INTEGER, 'ticks');
const bitrate = integer(1, MAX_UINT32, 'bits per second');

/** The library says "The connection has no media transport". */
function noTransport(text: unknown): string {
  return `${String(text)}: it was made with forceMediaTransport: false, and was up before it had a track`;
}
