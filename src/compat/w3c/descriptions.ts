import { RtcError } from '../../errors/rtc-error.js';
import type { PeerConnection as Connection } from '../../resources/connection/peer-connection.js';
import {
  allowsTrickle,
  candidatesIn,
  hasDataSection,
  hasMediaSection,
  midsOf,
  originOf,
  type PlacedCandidate,
  withCandidates,
  withoutCandidates,
} from '../../resources/sdp.js';
import { assertAnswers } from './answer-check.js';
import { describeAnswer, type LocalCandidates } from '../local-candidates.js';
import { browserOptions, emptyDescription, isSessionOnly, lacksRtcpMux } from './description-text.js';
import type { PeerConnection, SdpType } from './w3c-types.js';
import { domException } from './web-idl.js';

type State = PeerConnection['signalingState'];

/** A description and the candidates that came after it. */
export class Described {
  readonly type: SdpType;
  readonly text: string;
  readonly added: PlacedCandidate[] = [];

  constructor(type: SdpType, text: string) {
    this.type = type;
    this.text = text;
  }

  get sdp(): string {
    return withCandidates(this.text, this.added);
  }
}

/** What leads where (W3C WebRTC, section 4.3.1); anything else is an InvalidStateError. */
const TRANSITIONS: Readonly<
  Record<'local' | 'remote', Readonly<Partial<Record<SdpType, Readonly<Partial<Record<State, State>>>>>>>
> = {
  local: {
    offer: { stable: 'have-local-offer', 'have-local-offer': 'have-local-offer' },
    answer: { 'have-remote-offer': 'stable', 'have-local-pranswer': 'stable' },
    pranswer: { 'have-remote-offer': 'have-local-pranswer', 'have-local-pranswer': 'have-local-pranswer' },
    rollback: { 'have-local-offer': 'stable' },
  },
  remote: {
    // An offer in have-local-offer rolls our own back.
    offer: {
      stable: 'have-remote-offer',
      'have-local-offer': 'have-remote-offer',
      'have-remote-offer': 'have-remote-offer',
    },
    answer: { 'have-local-offer': 'stable', 'have-remote-pranswer': 'stable' },
    pranswer: { 'have-local-offer': 'have-remote-pranswer', 'have-remote-pranswer': 'have-remote-pranswer' },
    rollback: { 'have-remote-offer': 'stable' },
  },
};

/** The media sections of the connection. */
export interface Media {
  /** True: sections were added, which the offer that there is lacks. */
  beforeOffer(): boolean;
  beforeAnswer(): void;
  /** Gives what undoes it. */
  beforeRemoteOffer(sdp: string): () => void;
  /** A description of the library's, as the application gets it. */
  shape(sdp: string): string;
  /** `offered`: mids of the offer that is answered. */
  described(side: 'local' | 'remote', description: Described, offered: readonly string[]): void;
  rolledBack(): void;
}

/**
 * The descriptions and the signaling state as the W3C has them. The library has no `createOffer()`: it makes a
 * description by setting it, so its own state may be ahead of this one, until the application sets what it was given.
 */
export class Descriptions {
  readonly #handle: Connection;
  readonly #candidates: LocalCandidates;
  readonly #media: Media;
  /** A description of nothing, which the library cannot make. */
  readonly #empty = emptyDescription(++sessions);
  #state: State = 'stable';
  #current: { local: Described | null; remote: Described | null } = { local: null, remote: null };
  #pending: { local: Described | null; remote: Described | null } = { local: null, remote: null };
  /** Who has made the offer of the first negotiation that was completed, or goes on. */
  #first: 'offer' | 'answer' | undefined;
  /** What `createOffer()` and `createAnswer()` gave last. */
  #made: { readonly type: SdpType; readonly sdp: string } | undefined;

  constructor(handle: Connection, candidates: LocalCandidates, media: Media) {
    this.#handle = handle;
    this.#media = media;
    this.#candidates = candidates;
  }

  get state(): State {
    return this.#state;
  }

  get current() {
    return this.#current;
  }

  get pending() {
    return this.#pending;
  }

  get local(): Described | null {
    return this.#pending.local ?? this.#current.local;
  }

  get remote(): Described | null {
    return this.#pending.remote ?? this.#current.remote;
  }

  /** This side has negotiated data channels, whether the peer took them or not (W3C WebRTC, section 4.7.3). */
  get hasData(): boolean {
    return hasDataSection(this.#current.local?.text);
  }

  /** Data channels are offered by either side, or agreed on. */
  get concernsData(): boolean {
    const sides = [this.local, this.remote].map((side) => hasDataSection(side?.text));
    return this.#state === 'stable' ? !sides.includes(false) : sides.includes(true);
  }

  /** Audio or video are part of a description of either side. */
  get concernsMedia(): boolean {
    return hasMediaSection(this.local?.text) || hasMediaSection(this.remote?.text);
  }

  /** What this side has made first; `undefined` before there is a description, or after it was rolled back. */
  get first(): 'offer' | 'answer' | undefined {
    return this.#first;
  }

  close(): void {
    this.#state = 'closed';
  }

  /** Throws where `setLocal` would, by the state. */
  checkLocal(given: SdpType | undefined): void {
    this.#next('local', this.#typeOf(given));
  }

  /** Throws where `setRemote` would, by the state or by what the W3C requires of a description. */
  checkRemote(type: SdpType, sdp: string): void {
    this.#next('remote', type);
    if (type !== 'rollback' && lacksRtcpMux(sdp)) {
      throw domException(
        'InvalidAccessError',
        'a media section has no a=rtcp-mux, which rtcpMuxPolicy requires',
      );
    }
    if (type === 'answer' || type === 'pranswer') assertAnswers(sdp, this.#pending.local?.text ?? '');
  }

  /** `isNew`: not only the text of the one that there is. */
  createOffer(isNew = true): string {
    if (this.#state !== 'stable' && this.#state !== 'have-local-offer')
      throw this.#wrongState('createOffer()');
    if (this.#handle.signalingState === 'have-remote-offer') this.#discardOffer();
    const hasGrown = isNew && this.#media.beforeOffer();
    if (hasGrown && this.#handle.signalingState === 'have-local-offer') {
      translated(() => this.#handle.setLocalDescription('rollback'));
    }
    const sdp = this.#handle.exchange.negotiable ? this.#libraryText('offer') : this.#empty;
    this.#made = { type: 'offer', sdp };
    return sdp;
  }

  /** `isNew` as for `createOffer()`. */
  createAnswer(isNew = true): string {
    if (this.#state !== 'have-remote-offer' && this.#state !== 'have-local-pranswer') {
      throw this.#wrongState('createAnswer()');
    }
    if (isNew) this.#media.beforeAnswer();
    const sdp = this.#isEmptyFor(this.remote?.text ?? '') ? this.#empty : this.#libraryText('answer');
    this.#made = { type: 'answer', sdp };
    return sdp;
  }

  setLocal(given: SdpType | undefined, sdp: string): void {
    const type = this.#typeOf(given);
    const next = this.#next('local', type);
    if (type === 'rollback') {
      this.#rollBackOffer();
      return;
    }
    const isOffer = type === 'offer';
    if (sdp !== '' && (this.#made === undefined || originOf(this.#made.sdp) !== originOf(sdp))) {
      throw domException('InvalidModificationError', `the ${type} is none that this connection has made`);
    }
    const made = this.#made?.type === (isOffer ? 'offer' : 'answer') ? this.#made.sdp : undefined;
    const latest = isOffer ? this.createOffer(sdp === '') : this.createAnswer(sdp === '');
    const text = sdp === '' ? latest : (made ?? latest);
    const described = new Described(type, text);
    this.#state = next;
    this.#first ??= isOffer ? 'offer' : 'answer';
    if (type === 'answer') {
      this.#current = { local: described, remote: this.#pending.remote };
      this.#pending = { local: null, remote: null };
    } else this.#pending.local = described;
    this.#media.described('local', described, []);
    if (text === this.#empty) return; // its candidates are to come, with a description of something
    // An application that removes the option waits for all candidates before it sends the offer.
    if (isOffer) this.#candidates.offered(allowsTrickle(sdp === '' ? text : sdp));
    else this.#candidates.release();
  }

  setRemote(type: SdpType, sdp: string): void {
    const next = this.#next('remote', type);
    if (type === 'rollback') {
      // The library cannot roll a remote offer back: it keeps the offer until the next one.
      this.#pending.remote = null;
      this.#state = next;
      this.#media.rolledBack();
      return;
    }
    const isOffer = type === 'offer';
    const { signalingState } = this.#handle;
    const hasOffered = signalingState === 'have-local-offer';
    // An offer without media sections was not made by the library, so there is nothing that it could take an answer to.
    const isAwaited = hasOffered || signalingState === 'have-remote-pranswer';
    const isEmpty = isOffer && this.#isEmptyFor(sdp);
    if (isEmpty && hasOffered) translated(() => this.#handle.setLocalDescription('rollback'));
    else if (!isEmpty && (isOffer || isAwaited)) this.#give(type, sdp);
    const offered = isOffer ? [] : midsOf(this.local?.text ?? '');
    // The library has rolled its own offer back.
    if (isOffer && (hasOffered || this.#pending.local)) this.#forgetOffer();
    const described = new Described(type, sdp);
    this.#state = next;
    if (type === 'answer') {
      this.#current = { local: this.#pending.local, remote: described };
      this.#pending = { local: null, remote: null };
      if (this.#current.local?.text !== this.#empty) this.#candidates.release();
    } else this.#pending.remote = described;
    this.#media.described('remote', described, offered);
  }

  #give(type: SdpType, sdp: string): void {
    const undo = type === 'offer' ? this.#media.beforeRemoteOffer(sdp) : undefined;
    try {
      this.#hand(type, sdp);
    } catch (error) {
      undo?.();
      throw error;
    }
  }

  #hand(type: SdpType, sdp: string): void {
    const handle = this.#handle;
    translated(() => {
      if (type === 'answer') return describeAnswer(handle, sdp);
      // An offer that was rolled back, or that this one replaces. The library takes the next one only after an answer.
      if (handle.signalingState === 'have-remote-offer') handle.exchange.discardOffer();
      handle.setRemoteDescription(sdp, type);
    });
  }

  /** An offer of the peer's was rolled back. */
  #discardOffer(): void {
    // The first answer settles the DTLS role, which an offer of ours would leave to the peer.
    if (!this.#current.local) {
      throw domException(
        'OperationError',
        'the first offer was rolled back: the library can only take another one',
      );
    }
    translated(() => this.#handle.exchange.discardOffer());
  }

  /** An offer of nothing, which the library cannot take: there is nothing that it has to do for it. */
  #isEmptyFor(offer: string): boolean {
    return isSessionOnly(offer) && this.#handle.remoteDescription() === null;
  }

  #typeOf(given: SdpType | undefined): SdpType {
    return given ?? (OFFERING.has(this.#state) ? 'offer' : 'answer');
  }

  /** What the library has made, or makes now, as it is before candidates are emitted. */
  #libraryText(type: 'offer' | 'answer'): string {
    const handle = this.#handle;
    const state = type === 'offer' ? 'have-local-offer' : 'stable';
    const isMade = handle.signalingState === state && (type === 'offer' || this.#made?.type === 'answer');
    if (!isMade) translated(() => handle.setLocalDescription(type));
    return this.#media.shape(browserOptions(withoutCandidates(handle.localDescription()?.sdp ?? '')));
  }

  /** The lines of all candidates that the library has found for the local description. */
  candidateLines(): readonly string[] {
    return candidatesIn(this.#handle.localDescription()?.sdp ?? '');
  }

  #rollBackOffer(): void {
    const { signalingState } = this.#handle;
    if (signalingState === 'have-local-offer') translated(() => this.#handle.setLocalDescription('rollback'));
    this.#forgetOffer();
    this.#state = 'stable';
    this.#media.rolledBack();
  }

  #forgetOffer(): void {
    this.#pending.local = null;
    this.#made = undefined;
    if (!this.#current.local) this.#first = undefined;
    this.#candidates.forgotten();
  }

  #next(side: 'local' | 'remote', type: SdpType): State {
    const next = TRANSITIONS[side][type]?.[this.#state];
    if (next === undefined) throw this.#wrongState(`a ${side} ${type}`);
    return next;
  }

  #wrongState(what: string): DOMException {
    return domException(
      'InvalidStateError',
      `${what} is not possible: the signaling state is ${this.#state}`,
    );
  }
}

/** Calls the handle, and turns its errors into those of the W3C. */
export function translated<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw error instanceof RtcError ? domException('OperationError', error.message, error) : error;
  }
}

let sessions = 0;

const OFFERING: ReadonlySet<State> = new Set(['stable', 'have-local-offer', 'have-remote-pranswer']);
