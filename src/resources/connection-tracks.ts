import type { Audio, Video } from 'node-datachannel';
import type { Engine } from '../engine/engine.js';
import type { NativeRecord } from '../engine/release-ledger.js';
import { readFrom, wrongType } from '../errors/wrong-argument.js';
import type { NativePeerConnection, NativeTrack } from '../native/binding.js';
import { guardCallback } from '../native/firewall.js';
import { callNative } from '../native/guard.js';
import type { OwnedNode } from '../scope/node.js';
import { type CheckedChannelOptions, splitChannelOptions } from './channel-options.js';
import { MediaTrack } from './media-track.js';

/** The media tracks of one connection. */
export class ConnectionTracks {
  readonly #engine: Engine;
  readonly #node: OwnedNode;
  readonly #native: NativePeerConnection;
  readonly #record: NativeRecord;
  #hears = false;

  constructor(engine: Engine, node: OwnedNode, native: NativePeerConnection, record: NativeRecord) {
    this.#engine = engine;
    this.#node = node;
    this.#native = native;
    this.#record = record;
  }

  /** The addon takes whatever has a certain property for one of its own and reads wild memory; so by class. */
  assertMedia(media: unknown): asserts media is Audio | Video {
    const { Audio: AudioClass, Video: VideoClass } = this.#engine.native;
    const isOneOf = (type: typeof AudioClass | typeof VideoClass) =>
      type !== undefined && readFrom('media', () => media instanceof type);
    if (!isOneOf(AudioClass) && !isOneOf(VideoClass)) {
      throw wrongType('media', 'an Audio or Video of node-datachannel', media);
    }
  }

  add(media: Audio | Video, options: CheckedChannelOptions): MediaTrack {
    const native = callNative(this.#node.path, 'addTrack', () => this.#native.addTrack(media));
    return new MediaTrack(this.#engine, this.#node, native, options);
  }

  /** Somebody wants to know of the peer's tracks; the library keeps them until then. */
  hear(tell: (track: MediaTrack) => void): void {
    if (this.#hears || this.#record.state !== 'held') return;
    this.#hears = true;
    const [options] = splitChannelOptions(undefined, 'options');
    const onTrack = (native: NativeTrack) => {
      if (this.#node.inTeardown) {
        this.#engine.ledger.hold('MediaTrack', native, this.#record.path).tryClose();
      } else {
        tell(new MediaTrack(this.#engine, this.#node, native, options));
      }
    };
    this.#native.onTrack(guardCallback(this.#record.path, onTrack));
  }
}
