import type { Direction, MediaHandler } from 'node-datachannel';
import { type Engine, ownEngine } from '../../library/engine.js';
import { CLOSE_ANSWER_MS } from '../../library/release-ledger.js';
import { Latch } from '../../time/wait.js';
import { RtcInvalidStateError, RtcMessageError } from '../../errors/kinds.js';
import type { NativeChannel, NativeTrack } from '../../native/binding.js';
import { guardCallback } from '../../native/firewall.js';
import { callNative } from '../../native/guard.js';
import { integer } from '../../arguments/argument.js';
import { MAX_UINT32 } from '../../native/validate/limits.js';
import { type MediaHandlers, validateMediaHandlers } from '../../native/validate/media-handlers.js';
import { validateMessage } from '../../native/validate/message.js';
import type { Deadline } from '../../time/deadline.js';
import type { OwnedNode } from '../../scope/node.js';
import type { WaitOptions } from '../../scope/scope-options.js';
import type { CheckedChannelOptions } from '../channel/channel-options.js';
import { assertMediaHandler, claimMediaHandler, type MediaChain, makeMediaChain } from './media-chain.js';
import { MessageChannel } from '../channel/message-channel.js';
import type { Sendable } from '../channel/message.js';

/**
 * A media track, owned by its connection. Messages are RTP and RTCP packets as the library hands them over. With a
 * packetizer (`setMediaHandlers`) what is sent are frames instead, one a message.
 *
 * RTP is not reliable: there is no send buffer to drain and nothing is confirmed at the end. What arrived is handed
 * over before `close`.
 */
export class MediaTrack extends MessageChannel {
  readonly #native: NativeTrack;
  readonly #acknowledged = new Latch<void>();
  readonly #mid: string;
  readonly #type: string;
  #endSeen = false;
  #chain: MediaChain | undefined;

  /** Made by `PeerConnection`. @internal */
  constructor(engine: Engine, owner: OwnedNode, native: NativeTrack, options: CheckedChannelOptions) {
    const own = ownEngine(engine, 'MediaTrack');
    const mid = native.mid();
    super(own, owner, 'MediaTrack', `track-${mid}`, asChannel(native), options);
    this.#native = native;
    this.#mid = mid;
    this.#type = native.type();
    native.onOpen(
      guardCallback(
        () => this.path,
        () => this.nowOpen(),
      ),
    );
    engine.watcher.watch(this);
    if (native.isOpen()) this.nowOpen();
  }

  /** Identification of the media section in the session description. */
  get mid(): string {
    return this.#mid;
  }

  /** `audio` or `video`. */
  get type(): string {
    return this.#type;
  }

  /** As it was negotiated. */
  get direction(): Direction {
    return this.record.state === 'held' ? this.#native.direction() : 'Inactive';
  }

  /**
   * Sets what works on the packets, in place of what was set before. Best before the track is open: what has passed
   * by then is not seen by them.
   *
   * With a packetizer `send` takes frames of up to 16 MiB; set `timestamp` before each. What is sent before the track
   * is open goes out with the timestamp of that moment, so await `opened()` first. Throws `RTC_CLOSED` on a closed
   * track, `RTC_INVALID_STATE` when the binding has no media.
   */
  setMediaHandlers(handlers: MediaHandlers): void {
    const checked = validateMediaHandlers(handlers, 'handlers');
    this.assertUsable('setMediaHandlers()');
    const classes = this.engine.native.mediaHandlers;
    if (!classes) throw new RtcInvalidStateError('the binding has no media handlers', { path: this.path });
    const chain = makeMediaChain(classes, checked, this.path);
    const [first] = chain.handlers;
    if (!first) throw new TypeError('handlers must name at least one handler; got none');
    callNative(this.path, 'setMediaHandler', () => this.#native.setMediaHandler(first));
    this.#chain = chain;
  }

  /**
   * The same with a handler of node-datachannel, for code that has one already; what is chained to it comes with it.
   * Prefer `setMediaHandlers`: of a ready-made handler only its class can be checked, and a chain with a cycle, or
   * numbers that are out of range, hang or abort the process. `RTC_INVALID_STATE` when another track has it.
   */
  setMediaHandler(handler: MediaHandler): void {
    assertMediaHandler(this.engine.native.mediaHandlers, handler);
    this.assertUsable('setMediaHandler()');
    claimMediaHandler(handler, this, this.path);
    callNative(this.path, 'setMediaHandler', () => this.#native.setMediaHandler(handler));
    this.#chain = { handlers: [handler], rtp: undefined, takesFrames: true };
  }

  /**
   * RTP timestamp of the next frame that is sent, in ticks of the packetizer's `clockRate`; it starts at random. What
   * is set is taken modulo 2 ** 32. Without a packetizer 0, and setting it throws `RTC_INVALID_STATE`.
   */
  get timestamp(): number {
    return this.#chain?.rtp?.timestamp ?? 0;
  }

  set timestamp(ticks: number) {
    const checked = tickCount(ticks, 'timestamp');
    const rtp = this.#chain?.rtp;
    if (!rtp) throw new RtcInvalidStateError('timestamp needs a packetizer', { path: this.path });
    rtp.timestamp = checked % 2 ** 32;
  }

  /** Bytes that one packet may have, or with a packetizer one frame. */
  override get maxMessageSize(): number {
    if (this.record.state !== 'held') return 0;
    return this.#chain?.takesFrames ? MAX_FRAME_BYTES : this.#native.maxMessageSize();
  }

  override send(data: Sendable, options?: WaitOptions): Promise<void> {
    try {
      this.#assertFits(data);
    } catch (error) {
      const rejected = Promise.reject(error);
      rejected.catch(() => {}); // a caller that does not wait is not to be ended by it
      return rejected;
    }
    return super.send(data, options);
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

  /** Tells the sender the bits per second to stay below (RTCP REMB). False as for `requestKeyframe()`. */
  requestBitrate(bitsPerSecond: number): boolean {
    const checked = bitrate(bitsPerSecond, 'bitsPerSecond');
    this.assertUsable('requestBitrate()');
    if (!this.#native.isOpen()) return false;
    return callNative(this.path, 'requestBitrate', () => this.#native.requestBitrate(checked));
  }

  /** @internal */
  override checkClosed(): void {
    if (this.#endSeen || this.record.state !== 'held' || !this.#native.isClosed()) return;
    this.#endSeen = true;
    this.closedByPeer();
  }

  protected override drainNative(deadline: Deadline): Promise<void> | undefined {
    if (deadline.expired || this.record.state !== 'held') return undefined;
    return this.received(deadline);
  }

  protected override releaseNative(deadline: Deadline): Promise<boolean> | boolean {
    this.engine.watcher.unwatch(this);
    if (this.record.state !== 'held') return true;
    // Only now: registered earlier, this callback would throw away the packets still queued (H4).
    const expectsAnswer = !this.#native.isClosed();
    if (expectsAnswer) {
      this.#native.onClosed(() => {
        this.record.released();
        this.#acknowledged.resolve();
      });
    }
    this.record.close();
    if (expectsAnswer) return deadline.within(this.#acknowledged.promise, CLOSE_ANSWER_MS);
    this.record.stays();
    return true;
  }

  #assertFits(data: Sendable): void {
    const { byteLength } = validateMessage(data);
    const most = this.maxMessageSize;
    if (most === 0 || byteLength <= most) return;
    const what = this.#chain?.takesFrames ? 'frame' : 'packet';
    throw new RtcMessageError(
      'RTC_MESSAGE_TOO_LARGE',
      `the ${what} has ${byteLength} bytes, the limit is ${most}`,
      { path: this.path },
    );
  }
}

/** Far above any frame; the library has no limit of its own, and each fragment is a packet in memory. */
const MAX_FRAME_BYTES = 16 * 1024 * 1024;
const tickCount = integer(0, Number.MAX_SAFE_INTEGER, 'ticks');
const bitrate = integer(1, MAX_UINT32, 'bits per second');

/** A track as far as channels go. The addon has no buffered amount for tracks, whatever its types say. */
function asChannel(native: NativeTrack): NativeChannel {
  return {
    close: () => native.close(),
    sendMessage: (text) => native.sendMessage(text),
    sendMessageBinary: (bytes) => native.sendMessageBinary(bytes as Buffer),
    isOpen: () => native.isOpen(),
    bufferedAmount: () => 0,
    maxMessageSize: () => MAX_FRAME_BYTES, // the track itself knows whether it is packets or frames
    setBufferedAmountLowThreshold: () => {},
    onBufferedAmountLow: () => {},
    onMessage: (callback) => native.onMessage(callback),
  };
}
