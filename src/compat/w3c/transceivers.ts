import { randomBytes } from 'node:crypto';
import { reversed } from '../../resources/media/flow.js';
import { hasMediaSection } from '../../resources/sdp.js';
import { type SectionText, SessionText } from '../../resources/media/session-text.js';
import type { PeerConnection as Connection } from '../../resources/connection/peer-connection.js';
import type { Described, Descriptions } from './descriptions.js';
import { CODECS, type Direction, directionOf, inOrder, receives, sends } from './media-codecs.js';
import { Carriers, handleDirection } from './media-carriers.js';
import { MediaSlot, type SlotOwner } from './media-slot.js';
import { assertStreams, assertTrack, type MediaKind } from './media-stream-track.js';
import {
  changes,
  isNegotiationNeeded,
  namesIn,
  negotiatedCodecs,
  RemoteStreams,
  withStreams,
} from './media-text.js';
import { RTCRtpSender, type RTCRtpReceiver, RTCRtpTransceiver, slotOf } from './rtc-rtp-transceiver.js';
import { RTCTrackEvent } from './rtc-track-event.js';
import { checkTransceiverInit, type TransceiverInit } from './transceiver-init.js';
import { CONSTRUCTION, domException } from './web-idl.js';

export type { TransceiverInit };

type Owner = Pick<SlotOwner, 'isClosed' | 'changed' | 'run' | 'stats' | 'transport'> & {
  readonly handle: Connection;
  descriptions(): Pick<Descriptions, 'state' | 'local' | 'remote' | 'current'>;
  fire(event: Event): void;
};

/**
 * The transceivers of a connection, as the W3C has them (sections 4.4.1.5 and 5): which section is whose, which way packets go,
 * and what the application is told. Each has a track of the connection from the first description on that may name it.
 */
export class Transceivers {
  readonly #owner: Owner;
  readonly #slotOwner: SlotOwner;
  #all: { readonly slot: MediaSlot; readonly shown: RTCRtpTransceiver }[] = [];
  readonly #carriers: Carriers;
  readonly #streams = new RemoteStreams();
  /** For when the description is set: events, and changes that have some. */
  #effects: (() => void)[] = [];
  #offer: 'local' | 'remote' | undefined;

  constructor(owner: Owner) {
    this.#owner = owner;
    const cname = randomBytes(8).toString('hex');
    this.#carriers = new Carriers(owner.handle, cname);
    this.#slotOwner = {
      ...owner,
      cname,
      transport: () => (owner.descriptions().local ? owner.transport() : null),
      codecs: (mid, side) => negotiatedCodecs(owner.descriptions(), mid, side),
    };
  }

  get transceivers(): RTCRtpTransceiver[] {
    return this.#all.map(({ shown }) => shown);
  }

  get senders(): RTCRtpSender[] {
    return this.#all.flatMap(({ slot, shown }) => (slot.stopped ? [] : [shown.sender]));
  }

  get receivers(): RTCRtpReceiver[] {
    return this.#all.flatMap(({ slot, shown }) => (slot.stopped ? [] : [shown.receiver]));
  }

  addTransceiver(given: unknown, init: TransceiverInit | null | undefined): RTCRtpTransceiver {
    const track = typeof given === 'string' ? null : assertTrack(given);
    const kind = track?.kind ?? (given as MediaKind);
    if (kind !== 'audio' && kind !== 'video') throw new TypeError('kind must be one of audio, video');
    const { direction, streams, active } = checkTransceiverInit(init);
    this.#assertOpen('addTransceiver()');
    const { slot, shown } = this.#add(kind, direction);
    slot.senderTrack = track;
    slot.streams = streams.map(({ id }) => id);
    slot.active = active;
    this.#owner.changed();
    return shown;
  }

  addTrack(given: unknown, streams: Iterable<unknown>): RTCRtpSender {
    const track = assertTrack(given);
    const ids = assertStreams(streams).map(({ id }) => id);
    this.#assertOpen('addTrack()');
    if (this.#all.some(({ slot }) => !slot.stopping && slot.senderTrack === track)) {
      throw domException('InvalidAccessError', 'addTrack(): a sender has this track');
    }
    const unused = this.#all.find(
      ({ slot }) => !slot.stopping && !slot.senderTrack && slot.kind === track.kind && !slot.hasSent,
    );
    const { slot, shown } = unused ?? this.#add(track.kind, 'sendrecv');
    slot.senderTrack = track;
    slot.streams = ids;
    if (unused) slot.direction = receives(slot.direction) ? 'sendrecv' : 'sendonly';
    if (!unused) slot.byAddTrack = true;
    slot.isKept = true;
    this.#owner.changed();
    return shown.sender;
  }

  removeTrack(sender: unknown): void {
    if (!(sender instanceof RTCRtpSender)) throw new TypeError('sender must be an RTCRtpSender');
    this.#assertOpen('removeTrack()');
    const slot = slotOf(sender);
    if (slot.owner !== this.#slotOwner) {
      throw domException('InvalidAccessError', 'removeTrack(): the sender is of another connection');
    }
    if (slot.stopping || !slot.senderTrack) return;
    slot.senderTrack = null;
    if (sends(slot.direction)) slot.direction = receives(slot.direction) ? 'recvonly' : 'inactive';
    this.#owner.changed();
  }

  /** What `offerToReceiveAudio` and `offerToReceiveVideo` of `createOffer()` ask for. */
  offerToReceive(options: { offerToReceiveAudio?: unknown; offerToReceiveVideo?: unknown } | null): void {
    for (const kind of ['audio', 'video'] as const) {
      const wanted = kind === 'audio' ? options?.offerToReceiveAudio : options?.offerToReceiveVideo;
      if (wanted === undefined) continue;
      const slots = this.#live.filter((slot) => slot.kind === kind);
      if (!wanted) {
        for (const slot of slots) slot.direction = sends(slot.direction) ? 'sendonly' : 'inactive';
      } else if (!slots.some(({ direction }) => receives(direction))) this.#add(kind, 'recvonly');
    }
  }

  /** When the sections that were stopped are closed: the next offer has them as removed, an answer as inactive. */
  settled<T>(then: () => T): T | Promise<T> {
    const { state } = this.#owner.descriptions();
    if (state === 'stable' || state === 'have-local-offer') {
      for (const { slot } of this.#all) if (slot.stopping && slot.rtp) this.#carriers.close(slot.rtp);
    }
    return this.#carriers.settled(then);
  }

  /** An offer is to be made. True: it has sections that the one before has not. */
  beforeOffer(): boolean {
    let added = false;
    for (const slot of this.#live) {
      if (slot.rtp) continue;
      const codecs = inOrder(slot.codecs ?? CODECS[slot.kind]);
      slot.carry(this.#carriers.offer(slot.kind, slot.direction, codecs));
      added = true;
    }
    this.#direct();
    return added;
  }

  beforeAnswer(): void {
    this.#direct();
  }

  beforeRemoteOffer(sdp: string): () => void {
    return this.#carriers.forOffer(sdp);
  }

  /** A local description, with the streams of what is sent. */
  shape(sdp: string): string {
    return this.#all.length === 0 ? sdp : withStreams(sdp, (mid) => this.#slotBy(mid));
  }

  /** A description was set; `offered`: mids of the offer that it answers. */
  described(side: 'local' | 'remote', { type, text }: Described, offered: readonly string[]): void {
    if (this.#all.length === 0 && !hasMediaSection(text)) return;
    if (type === 'offer') this.#begin(side);
    for (const section of new SessionText(text, offered).media) {
      const slot = this.#slotBy(section.mid) ?? (side === 'remote' ? this.#forRemote(section) : undefined);
      if (slot) this.#agree(slot, section, side, type !== 'offer');
    }
    if (side === 'local' && type === 'offer') {
      for (const { slot } of this.#all) if (slot.stopping && slot.mid === null) slot.end();
      this.#forgetStopped((slot) => slot.mid === null);
    }
    if (type !== 'answer') return;
    this.#offer = undefined;
    for (const { slot } of this.#all) slot.settle();
    this.#forgetStopped();
  }

  rolledBack(): void {
    if (this.#offer === undefined) return;
    this.#offer = undefined;
    const gone = new Set<MediaSlot>();
    for (const { slot } of this.#all) {
      const { remoteStreams, fired } = slot;
      if (!slot.restore()) {
        slot.mid = slot.fired = slot.currentDirection = null;
        slot.remoteStreams = [];
        if (!slot.isKept) gone.add(slot);
      }
      this.#effects.push(...changes(slot, remoteStreams));
      if (receives(fired) && !receives(slot.fired)) this.#effects.push(() => slot.receiverTrack.mute(true));
      if (receives(slot.fired) && !receives(fired)) this.#effects.push(() => this.#fire(slot));
    }
    for (const slot of gone) slot.end();
    this.#forgetStopped((slot) => gone.has(slot));
  }

  /** What the application is told of a description, after its state has changed. */
  flush(): void {
    for (const effect of this.#effects.splice(0)) effect();
  }

  /** The current descriptions do not say what the transceivers are to be. */
  get isNegotiationNeeded(): boolean {
    const { current } = this.#owner.descriptions();
    return (
      this.#all.length > 0 &&
      isNegotiationNeeded(
        this.#all.map(({ slot }) => slot),
        current,
      )
    );
  }

  close(): void {
    for (const { slot } of this.#all) slot.end(true);
  }

  get #live(): MediaSlot[] {
    return this.#all.flatMap(({ slot }) => (slot.stopping ? [] : [slot]));
  }

  #add(kind: MediaKind, direction: Direction, trackId?: string) {
    const slot = new MediaSlot(this.#slotOwner, kind, direction, trackId);
    const added = { slot, shown: new RTCRtpTransceiver(CONSTRUCTION, slot) };
    this.#all.push(added);
    return added;
  }

  /** Gives the tracks the directions that the next description is to say. */
  #direct(): void {
    for (const slot of this.#live) slot.direct(handleDirection(slot.direction));
  }

  #begin(side: 'local' | 'remote'): void {
    // An offer of the peer's in place of ours.
    if (this.#offer !== undefined && this.#offer !== side) this.rolledBack();
    if (this.#offer !== undefined) return;
    this.#offer = side;
    for (const { slot } of this.#all) slot.keep();
  }

  #slotBy(mid: string): MediaSlot | undefined {
    const rtp = this.#carriers.get(mid);
    return rtp && this.#all.find(({ slot }) => slot.rtp === rtp)?.slot;
  }

  /** The transceiver for a new section of the peer's. */
  #forRemote(section: SectionText): MediaSlot | undefined {
    const rtp = this.#carriers.get(section.mid);
    if (!rtp || section.isRejected) return undefined;
    const kind = section.kind as MediaKind;
    const unused = receives(directionOf(section.flow))
      ? this.#live.find((slot) => slot.byAddTrack && slot.kind === kind && slot.mid === null && !slot.rtp)
      : undefined;
    const slot = unused ?? this.#add(kind, 'recvonly', namesIn(section).track).slot;
    slot.carry(rtp);
    return slot;
  }

  #agree(slot: MediaSlot, section: SectionText, side: 'local' | 'remote', isAnswer: boolean): void {
    slot.mid = section.mid;
    if (section.isRejected) {
      if (side === 'remote' || isAnswer) slot.end();
      return;
    }
    if (side === 'local' && !isAnswer) return;
    const direction = directionOf(side === 'local' ? section.flow : reversed(section.flow));
    const before = slot.remoteStreams;
    const receivedBefore = receives(slot.fired);
    if (!receives(direction)) slot.remoteStreams = [];
    else if (side === 'remote') slot.remoteStreams = this.#streams.of(section);
    slot.fired = direction;
    if (isAnswer) {
      slot.currentDirection = direction;
      slot.hasSent ||= sends(direction);
    }
    if (receivedBefore && !receives(direction)) this.#effects.push(() => slot.receiverTrack.mute(true));
    this.#effects.push(...changes(slot, before));
    if (side === 'remote' && receives(direction) && !receivedBefore)
      this.#effects.push(() => this.#fire(slot));
  }

  #fire(slot: MediaSlot): void {
    const transceiver = this.#all.find((each) => each.slot === slot)?.shown;
    if (!transceiver) return;
    const { receiver } = transceiver;
    const streams = [...slot.remoteStreams];
    this.#owner.fire(new RTCTrackEvent('track', { transceiver, receiver, track: receiver.track, streams }));
  }

  #forgetStopped(which: (slot: MediaSlot) => boolean = () => true): void {
    const isGone = (slot: MediaSlot) => slot.stopped && which(slot);
    for (const { slot } of this.#all) if (isGone(slot)) slot.mid = null;
    this.#all = this.#all.filter(({ slot }) => !isGone(slot));
  }

  #assertOpen(what: string): void {
    if (this.#owner.isClosed()) throw domException('InvalidStateError', `${what}: the connection is closed`);
  }
}
