import { BOTH_WAYS, type Flow, RECEIVES, reversed, SENDS } from './flow.js';
import { hasMediaSection } from '../sdp.js';
import type { NativePeerConnection } from '../../native/binding.js';
import { type SectionText, SessionText } from './session-text.js';

/**
 * `live`: packets may pass. `stopped`: by this side; the peer learns it from the next offer. `rejected`: both sides
 * know, or it was the peer's doing.
 */
type SectionState = 'live' | 'stopped' | 'rejected';

type NativeDescription = ReturnType<NativePeerConnection['localDescription']>;

/** One media section of a connection. */
export class MediaSection {
  /** As the library calls it. */
  readonly mid: string;
  /** Unknown for a section of the peer's. */
  readonly kind: string | undefined;
  state: SectionState = 'live';
  /** The peer sends no more in a section of its own, and the track that was there has ended. */
  paused = false;
  /** A description has named the section. */
  isDescribed = false;
  /** What this side asks for; undefined: whatever the peer offers. */
  #wanted: Flow | undefined;
  /** What the peer lets pass, as seen from here; undefined before anything was negotiated. */
  #allowed: Flow | undefined;

  constructor(mid: string, kind: string | undefined, wanted: Flow | undefined) {
    this.mid = mid;
    this.kind = kind;
    this.#wanted = wanted;
  }

  get wanted(): Flow | undefined {
    return this.#wanted;
  }

  set wanted(flow: Flow) {
    this.#wanted = flow;
  }

  get allowed(): Flow | undefined {
    return this.#allowed;
  }

  /** What may pass now, and what an answer says. */
  get flow(): Flow {
    if (this.paused) return 0;
    return ((this.#wanted ?? BOTH_WAYS) & (this.#allowed ?? BOTH_WAYS)) as Flow;
  }

  /** What an offer says. */
  get offer(): Flow {
    if (this.paused) return 0;
    return this.#wanted ?? this.#allowed ?? BOTH_WAYS;
  }

  allow(flow: Flow): void {
    this.#allowed = flow;
  }
}

export interface SectionListener {
  /** The peer rejected our offer of the section; `first`: which was the one that the transport is named after. */
  refused(section: MediaSection, first: boolean): void;
  /** The peer stopped the section for good. */
  stopped(section: MediaSection): void;
  /** The peer sends no more in a section of its own, which may be used again. */
  paused(section: MediaSection): void;
  /** This side has sent in it. */
  isSending(section: MediaSection): boolean;
  /** The peer sends again. */
  resumed(section: MediaSection): void;
}

/** A description of the peer's, as the library is to be given it. */
export interface RemoteReading {
  readonly sdp: string;
  /** The library took it. */
  accept(): void;
  /** The library refused it: nothing has changed. */
  discard(): void;
}

/**
 * The media sections of a connection: directions, what is removed, and mids.
 *
 * The library answers with what a track was made with, whatever the offer says, and has no call that changes it.
 * So its tracks let everything pass (`sendrecv`), and what is agreed stands here: in the descriptions that the
 * peer is given, and in what a `MediaTrack` lets pass.
 */
export class MediaSections {
  readonly #byMid = new Map<string, MediaSection>();
  /** Between what the library calls a section and what the descriptions call it: pairs that change places. */
  readonly #exchanged = new Map<string, string>();
  readonly #listener: SectionListener;
  /** Mids that the last description of the peer accepts. */
  #accepted: string[] = [];
  /** Mids of our last offer, in order, in the words of descriptions. */
  #offered: readonly string[] = [];

  constructor(listener: SectionListener) {
    this.#listener = listener;
  }

  /** What descriptions call the section that the library calls `mid`, and the other way round. */
  nameOf = (mid: string): string => this.#exchanged.get(mid) ?? mid;

  get(mid: string): MediaSection | undefined {
    return this.#byMid.get(mid);
  }

  add(mid: string, kind: string | undefined, wanted: Flow | undefined): MediaSection {
    const section = new MediaSection(mid, kind, wanted);
    this.#byMid.set(mid, section);
    return section;
  }

  /** Other code has negotiated until now: its sections, in the words of the library, keep their names and directions. */
  takeOver(local: NativeDescription, remote: NativeDescription): void {
    const [ours, theirs] = [new SessionText(local?.sdp ?? ''), new SessionText(remote?.sdp ?? '')];
    for (const { mid, kind, flow } of ours.media) this.add(mid, kind, flow).isDescribed = true;
    for (const part of theirs.media) {
      const section = this.#byMid.get(part.mid) ?? this.add(part.mid, part.kind, undefined);
      section.isDescribed = true;
      section.allow(reversed(part.flow));
    }
    for (const { mid, isRejected } of [...ours.media, ...theirs.media]) {
      const section = this.#byMid.get(mid);
      if (section && isRejected) section.state = 'rejected';
    }
    this.#accepted = theirs.sections.filter((part) => !part.isRejected).map((part) => part.mid);
    if (local?.type === 'offer') this.#offered = ours.sections.map((part) => part.mid);
  }

  /**
   * What the library is to call a new section: for a name that a section had the library finds the old one, which is
   * closed. In the descriptions a name that has been in no description may be used again, any other may not.
   */
  newMid(mid: string): string {
    const free = this.#freeMid(mid);
    const before = this.#byMid.get(mid);
    if (before && !before.isDescribed && !this.#exchanged.has(mid)) this.#exchange(mid, free);
    return free;
  }

  #exchange(mid: string, free: string): void {
    this.#exchanged.set(mid, free).set(free, mid);
  }

  #freeMid(mid: string): string {
    for (let n = 1; ; n++) {
      const name = n === 1 ? mid : `${mid}-${n}`;
      if (!this.#byMid.has(name) && !this.#exchanged.has(name) && !this.#accepted.includes(name)) return name;
    }
  }

  /** For the mid of a candidate of ours, in the words of descriptions: one in a rejected section reaches nobody. */
  acceptedMid(name: string): string {
    return this.#accepted.includes(name) ? name : (this.#accepted[0] ?? name);
  }

  /** A description of ours, as the peer is to be given it. */
  announce(sdp: string, type: string): string {
    if (!hasMediaSection(sdp)) return sdp;
    const text = new SessionText(sdp);
    for (const part of text.media) {
      const section = this.#byMid.get(part.mid);
      if (!section) continue;
      section.isDescribed = true;
      if (part.isRejected) continue;
      if (section.state !== 'live') text.reject(part);
      else part.flow = (part.flow & (type === 'offer' ? section.offer : section.flow)) as Flow;
    }
    text.rename(this.nameOf);
    if (type === 'offer') this.#offered = text.sections.map((part) => part.mid);
    return text.toString();
  }

  /** A description of the peer's as the library has it, in the peer's words. */
  restore(sdp: string): string {
    if (!hasMediaSection(sdp)) return sdp;
    const text = new SessionText(sdp);
    for (const part of text.media) {
      const allowed = this.#byMid.get(part.mid)?.allowed;
      if (allowed !== undefined && !part.isRejected) part.flow = reversed(allowed);
    }
    text.rename(this.nameOf);
    return text.toString();
  }

  /** Reads a description of the peer's before the library does. */
  read(sdp: string, offered: boolean): RemoteReading {
    const text = new SessionText(sdp, offered ? [] : this.#offered);
    // pion rejects a section without naming it, and the library matches sections by their names alone.
    if (!offered) for (const part of text.sections) part.writeMid();
    const accepted = text.sections.filter((part) => !part.isRejected).map((part) => part.mid);
    const acceptMids = () => void (this.#accepted = accepted);
    if (!hasMediaSection(sdp)) return { sdp, accept: acceptMids, discard() {} };
    const exchanged = offered ? this.#makeWay(text) : [];
    text.rename(this.nameOf);
    const first = text.sections[0];
    const seen = text.media.map((part) => ({
      isFirst: part === first,
      mid: part.mid,
      isRejected: part.isRejected,
      flow: reversed(part.flow),
    }));
    for (const part of text.sections) {
      // The library takes the ICE user and password of the first section for those of the bundle.
      if (part.isRejected && accepted.length > 0) part.dropTransport();
      // It refuses a description in which everything is rejected and inactive (Chromium, when its only transceiver is stopped).
      else if (part.isRejected && part.isMedia) part.flow = BOTH_WAYS;
      else if (offered && part.isMedia && !this.#byMid.has(part.mid)) part.flow = BOTH_WAYS;
    }
    return {
      sdp: text.toString(),
      accept: () => {
        acceptMids();
        for (const { mid, isRejected, isFirst, flow } of seen) {
          const known = this.#byMid.get(mid);
          const section = known ?? (offered ? this.add(mid, undefined, undefined) : undefined);
          if (section && isRejected) this.#rejected(section, offered, isFirst);
          else if (section) this.#accept(section, flow);
        }
      },
      discard: () => {
        for (const mid of exchanged) this.#exchanged.delete(mid);
      },
    };
  }

  #rejected(section: MediaSection, offered: boolean, first: boolean): void {
    section.isDescribed = true;
    const wasLive = section.state === 'live';
    section.state = 'rejected';
    if (!wasLive) return;
    if (offered) this.#listener.stopped(section);
    else this.#listener.refused(section, first);
  }

  #accept(section: MediaSection, flow: Flow): void {
    section.isDescribed = true;
    if (section.state !== 'live') return;
    const received = section.allowed !== undefined && (section.flow & RECEIVES) !== 0;
    section.allow(flow);
    const sends = (flow & RECEIVES) !== 0;
    if (section.paused && sends) {
      section.paused = false;
      this.#listener.resumed(section);
    } else if (received && !sends && section.kind === undefined) {
      if (section.flow !== 0 && this.#listener.isSending(section)) return;
      section.paused = true;
      this.#listener.paused(section);
    }
  }

  /**
   * A section that the peer offers must not meet a track of ours of the same name that it cannot be used with: one
   * that was added and not yet negotiated, and sends only or receives only as the peer does, or one that is gone. Then
   * ours gets another name, and the library is given another one for the peer's.
   */
  #makeWay(text: SessionText): string[] {
    const exchanged: string[] = [];
    for (const part of text.media) {
      const section = this.#byMid.get(this.nameOf(part.mid));
      if (!section || part.isRejected || !isInTheWay(section, part)) continue;
      const free = this.#freeMid(part.mid);
      this.#exchange(part.mid, free);
      exchanged.push(part.mid, free);
    }
    return exchanged;
  }
}

function isInTheWay(section: MediaSection, offered: SectionText): boolean {
  if (section.allowed !== undefined) return section.state === 'rejected';
  if (section.state !== 'live' || section.kind !== offered.kind) return true;
  return section.wanted === offered.flow && (offered.flow === SENDS || offered.flow === RECEIVES);
}
