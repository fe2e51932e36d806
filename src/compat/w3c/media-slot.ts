import { randomUUID } from 'node:crypto';
import type { MediaDirection } from '../../native/validate/media-description.js';
import { type Codec, type Direction, receives, sends } from './media-codecs.js';
import { type MediaKind, type MediaStream, MediaStreamTrack } from './media-stream-track.js';
import type { Rtp } from './rtp.js';
import type { RTCDtlsTransport } from './transports.js';
import { domException } from './web-idl.js';

/** What a transceiver needs of its connection. */
export interface SlotOwner {
  isClosed(): boolean;
  readonly cname: string;
  /** A negotiation may be needed. */
  changed(): void;
  /** In the chain of operations. */
  run(what: string, operation: () => void): Promise<void>;
  stats(): Promise<ReadonlyMap<string, object>>;
  /** Of the section in the description of that side. */
  codecs(mid: string, side: 'local' | 'remote'): Codec[];
  transport(): RTCDtlsTransport | null;
}

/** What a rollback restores (W3C WebRTC, section 4.4.1.5). */
type Stable = Pick<MediaSlot, 'mid' | 'fired' | 'currentDirection' | 'remoteStreams'>;

/** What transceiver, sender and receiver show: the slots of the W3C's algorithms. */
export class MediaSlot {
  readonly kind: MediaKind;
  readonly owner: SlotOwner;
  readonly receiverTrack: MediaStreamTrack;
  /** Names the track in `a=msid` when there is none. */
  readonly senderId = randomUUID();
  direction: Direction;
  currentDirection: Direction | null = null;
  /** For what the application got a `track` event. */
  fired: Direction | null = null;
  mid: string | null = null;
  senderTrack: MediaStreamTrack | null = null;
  /** Ids of the streams that the sender's track belongs to. */
  streams: readonly string[] = [];
  remoteStreams: readonly MediaStream[] = [];
  /** Made by `addTrack()`, so that it may be used for a section of the peer's. */
  byAddTrack = false;
  /** `addTrack()` has used it, so that it stays when the peer's offer is rolled back. */
  isKept = false;
  hasSent = false;
  /** As the application has said it: nothing here sends by itself. */
  active = true;
  stopping = false;
  stopped = false;
  codecs: readonly Codec[] | undefined;
  #rtp: Rtp | null = null;
  #stable: Stable | undefined;
  #transactions = 0;

  constructor(owner: SlotOwner, kind: MediaKind, direction: Direction, trackId?: string) {
    this.owner = owner;
    this.kind = kind;
    this.direction = direction;
    this.receiverTrack = MediaStreamTrack.make(kind, trackId);
  }

  get rtp(): Rtp | null {
    return this.#rtp;
  }

  carry(rtp: Rtp): void {
    this.#rtp = rtp;
    const { receiverTrack } = this;
    rtp.mediaTrack.on('message', () => {
      if (receiverTrack.muted && receives(this.fired)) receiverTrack.mute(false);
    });
  }

  get transport(): RTCDtlsTransport | null {
    return this.mid === null ? null : this.owner.transport();
  }

  codecsOf(side: 'local' | 'remote'): Codec[] {
    return this.mid === null ? [] : this.owner.codecs(this.mid, side);
  }

  transaction(): string {
    return String(++this.#transactions);
  }

  /** The lines that say which streams the sender's track belongs to (RFC 8830). */
  get streamLines(): string[] {
    const track = this.senderTrack?.id ?? this.senderId;
    const streams = this.streams.length === 0 ? ['-'] : this.streams;
    return sends(this.direction) ? streams.map((stream) => `a=msid:${stream} ${track}`) : [];
  }

  assertOpen(what: string): void {
    if (this.owner.isClosed()) throw domException('InvalidStateError', `${what}: the connection is closed`);
  }

  /** Neither sends nor receives from now on. `quietly`: the connection was closed. */
  stop(quietly = false): void {
    if (this.stopping) return;
    this.stopping = true;
    if (quietly) this.receiverTrack.stop();
    else {
      this.receiverTrack.end();
      this.direct('Inactive');
    }
  }

  /** Both sides know. */
  end(quietly = false): void {
    this.stop(quietly);
    this.stopped = true;
  }

  /** Says which way packets are to go, from the next description on. */
  direct(direction: MediaDirection): void {
    const track = this.#rtp?.mediaTrack;
    if (track?.state === 'opening' || track?.state === 'open') track.direction = direction;
  }

  keep(): void {
    const { mid, fired, currentDirection, remoteStreams } = this;
    this.#stable = { mid, fired, currentDirection, remoteStreams };
  }

  /** What the negotiation that goes on has made of it is final. */
  settle(): void {
    this.#stable = undefined;
  }

  /** False: it was not there before. */
  restore(): boolean {
    if (!this.#stable) return false;
    Object.assign(this, this.#stable);
    this.#stable = undefined;
    return true;
  }
}
