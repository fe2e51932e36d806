import { randomBytes, randomInt } from 'node:crypto';
import type { MediaDirection } from '../../native/validate/media-description.js';
import type { PeerConnection as Connection } from '../../resources/connection/peer-connection.js';
import { DIRECTIONS } from '../../resources/media/flow.js';
import type { MediaTrack } from '../../resources/media/media-track.js';
import { SessionText } from '../../resources/media/session-text.js';
import { hasMediaSection } from '../../resources/sdp.js';
import { asMediaCodecs, type Codec, codecsIn, type Direction, flowOf } from './media-codecs.js';
import type { MediaKind } from './media-stream-track.js';
import type { Rtp } from './rtp.js';

/**
 * The tracks of the connection that carry the packets of its transceivers, one for each section. All are made here, also for what the
 * peer offers: those that the library makes by itself have no SSRC, and end when the peer sends no more.
 */
export class Carriers {
  readonly #handle: Connection;
  readonly #cname: string;
  /** By mid. Also of sections that were rolled back: the library keeps them. */
  readonly #made = new Map<string, Rtp>();
  readonly #closing = new Set<Promise<void>>();
  /** Ours have no mid that the peer could choose as well: then two sections would be one. */
  readonly #prefix = randomBytes(3).toString('base64url').replaceAll(/[-_]/g, 'x');
  #refusing = false;

  constructor(handle: Connection, cname: string) {
    this.#handle = handle;
    this.#cname = cname;
  }

  get(mid: string): Rtp | undefined {
    return this.#made.get(mid);
  }

  /** For a section of ours. */
  offer(kind: MediaKind, direction: Direction, codecs: readonly Codec[]): Rtp {
    return this.#make(`${this.#prefix}${this.#made.size}`, kind, direction, codecs);
  }

  /** For new sections of the peer's, before the library makes tracks for them. Gives what undoes it. */
  forOffer(sdp: string): () => void {
    if (!hasMediaSection(sdp)) return () => {};
    const made: string[] = [];
    for (const section of new SessionText(sdp).media) {
      if (section.isRejected || this.#made.has(section.mid)) continue;
      const codecs = codecsIn(section);
      if (codecs.length === 0) this.#refuse();
      else {
        this.#make(section.mid, section.kind as MediaKind, 'sendrecv', codecs);
        made.push(section.mid);
      }
    }
    return () => {
      for (const mid of made) {
        void this.#made.get(mid)?.mediaTrack.close();
        this.#made.delete(mid);
      }
    };
  }

  /** The next offer is to have the section as removed. */
  close({ mediaTrack }: { readonly mediaTrack: MediaTrack }): void {
    if (mediaTrack.state === 'closed') return;
    const closing = mediaTrack.close().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  /** When all that is to be closed has closed. */
  settled<T>(then: () => T): T | Promise<T> {
    return this.#closing.size === 0 ? then() : Promise.all(this.#closing).then(then);
  }

  #make(mid: string, kind: MediaKind, direction: Direction, codecs: readonly Codec[]): Rtp {
    const ssrc = randomInt(1, 2 ** 32);
    const mediaTrack = this.#handle.addTrack({
      ...{ kind, mid, direction: handleDirection(direction), codecs: asMediaCodecs(kind, codecs) },
      sources: [{ ssrc, name: this.#cname }],
    });
    const rtp = { mediaTrack, ssrc, cname: this.#cname };
    this.#made.set(mid, rtp);
    return rtp;
  }

  /** Sections that nothing can be described for are refused. */
  #refuse(): void {
    if (this.#refusing) return;
    this.#refusing = true;
    this.#handle.on('track', (mediaTrack) => this.close({ mediaTrack }));
  }
}

/** The direction in the words of a connection's track. */
export const handleDirection = (direction: Direction): MediaDirection =>
  DIRECTIONS[flowOf(direction)] as MediaDirection;
