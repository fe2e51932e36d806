import type * as ndc from 'node-datachannel';
import type { MediaTrack } from '../resources/media/media-track.js';
import { GuardedChannel } from './guarded-channel.js';

/** The binding's `Track`. Made by a connection. */
export class GuardedTrack extends GuardedChannel<MediaTrack> {
  readonly #track: MediaTrack;

  /** @internal */
  constructor(track: MediaTrack) {
    super(track);
    this.#track = track;
  }

  direction(): ndc.Direction {
    return this.#track.direction;
  }

  mid(): string {
    return this.#track.mid;
  }

  type(): string {
    return this.#track.type;
  }

  isClosed(): boolean {
    return !this.isOpen() && this.#track.state !== 'opening';
  }

  requestKeyframe(): boolean {
    return this.#track.requestKeyframe();
  }

  requestBitrate(bitsPerSecond: number): boolean {
    return this.#track.requestBitrate(bitsPerSecond);
  }

  setMediaHandler(handler: ndc.MediaHandler): void {
    this.#track.setMediaHandler(handler);
  }
}
