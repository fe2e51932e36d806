import type { Direction } from 'node-datachannel';
import { type Engine, ownEngine } from '../engine/engine.js';
import { CLOSE_ANSWER_MS } from '../engine/release-ledger.js';
import { Latch } from '../engine/wait.js';
import type { NativeChannel, NativeTrack } from '../native/binding.js';
import { guardCallback } from '../native/firewall.js';
import { callNative } from '../native/guard.js';
import { integer } from '../native/validate/argument.js';
import { MAX_UINT32 } from '../native/validate/limits.js';
import type { Deadline } from '../scope/deadline.js';
import type { OwnedNode } from '../scope/node.js';
import type { CheckedChannelOptions } from './channel-options.js';
import { MessageChannel } from './message-channel.js';

/**
 * A media track, owned by its connection. Messages are RTP and RTCP packets as the library hands them over.
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

  /** Asks the sender for a key frame (RTCP PLI). False when nothing could be sent. */
  requestKeyframe(): boolean {
    this.assertUsable('requestKeyframe()');
    return callNative(this.path, 'requestKeyframe', () => this.#native.requestKeyframe());
  }

  /** Tells the sender the bits per second to stay below (RTCP REMB). False when nothing could be sent. */
  requestBitrate(bitsPerSecond: number): boolean {
    const checked = bitrate(bitsPerSecond, 'bitsPerSecond');
    this.assertUsable('requestBitrate()');
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
    return expectsAnswer ? deadline.within(this.#acknowledged.promise, CLOSE_ANSWER_MS) : true;
  }
}

const bitrate = integer(1, MAX_UINT32, 'bits per second');

/** A track as far as channels go. The addon has no buffered amount for tracks, whatever its types say. */
function asChannel(native: NativeTrack): NativeChannel {
  return {
    close: () => native.close(),
    sendMessage: (text) => native.sendMessage(text),
    sendMessageBinary: (bytes) => native.sendMessageBinary(bytes as Buffer),
    isOpen: () => native.isOpen(),
    bufferedAmount: () => 0,
    maxMessageSize: () => native.maxMessageSize(),
    setBufferedAmountLowThreshold: () => {},
    onBufferedAmountLow: () => {},
    onMessage: (callback) => native.onMessage(callback),
  };
}
