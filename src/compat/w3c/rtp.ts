import type { MediaTrack } from '../../resources/media/media-track.js';

/** The RTP of a transceiver. */
export interface Rtp {
  /** Sends and receives packets, or with handlers frames. */
  readonly mediaTrack: MediaTrack;
  /** What the descriptions say that this side sends with: the SSRC of its packets. */
  readonly ssrc: number;
  /** The CNAME that the descriptions say. */
  readonly cname: string;
}

const CARRYING = new WeakMap<object, { readonly rtp: Rtp | null }>();

/** @internal */
export function setRtp(object: object, source: { readonly rtp: Rtp | null }): void {
  CARRYING.set(object, source);
}

/**
 * Where the packets of a transceiver go and come from; also for its sender, its receiver and the receiver's track. `null` until the
 * transceiver has a section: from `createOffer()` or `setLocalDescription()`, or from the peer's offer, on.
 */
export function rtpOf(object: object): Rtp | null {
  const source = typeof object === 'object' && object !== null ? CARRYING.get(object) : undefined;
  if (!source)
    throw new TypeError('rtpOf(): a transceiver, sender, receiver or track of a receiver is needed');
  return source.rtp;
}
