import type { LibraryContext } from '../../../library/library-context.js';
import type { NativeRecord } from '../../../library/release-ledger.js';
import { RtcInvalidStateError } from '../../../errors/rtc-error.js';
import type { NativePeerConnection } from '../../../native/binding.js';
import { callNative } from '../../../native/call-native.js';
import type { DescriptionType, SessionDescription } from '../peer-connection-events.js';
import type { CandidateGate } from './candidate-gate.js';
import {
  answerAsDtlsServer,
  answersAsServer,
  asOffered,
  hasDataSection,
  isOfFirefox,
  isOfLibdatachannel,
  splitSections,
} from '../../sdp.js';
import { isIP } from 'node:net';
import { yieldProcessor } from '../../../time/clock.js';

export interface DescriptionReader {
  /** Reads a description of the peer's as the library is given it by `give`, at a time when the transport is not up. */
  describe(remoteSdp: string, isOffer: boolean, give: () => void): void;
}

export interface MediaReader {
  /** Reads a description of the peer's before the library does; the library is given `sdp`. */
  read(sdp: string, offered: boolean): { readonly sdp: string; accept(): void; discard(): void };
  /** The peer's description, as the peer wrote it, from what the library has. */
  restored(sdp: string): string;
}

/** What comes from the peer of a connection: descriptions and candidates, handed to the library in the right order. */
export class RemoteSide {
  readonly #context: LibraryContext;
  readonly #native: NativePeerConnection;
  readonly #record: NativeRecord;
  readonly #gate: CandidateGate;
  readonly #reader: DescriptionReader;
  readonly #media: MediaReader;
  readonly #signal: () => AbortSignal;
  #answersAsServer = false;

  constructor(
    context: LibraryContext,
    native: NativePeerConnection,
    record: NativeRecord,
    gate: CandidateGate,
    reader: DescriptionReader,
    media: MediaReader,
    signal: () => AbortSignal,
  ) {
    this.#signal = signal;
    this.#context = context;
    this.#native = native;
    this.#record = record;
    this.#gate = gate;
    this.#reader = reader;
    this.#media = media;
  }

  describe(given: string, type: DescriptionType): void {
    const { sdp, named } = splitNamed(given);
    const native = this.#native;
    const offered = type === 'offer' || (type === 'unspec' && native.signalingState() === 'stable');
    if (offered) this.#assertInTime(sdp);
    // Only the first negotiation settles the roles; later offers must not contradict them. An offer of our own that
    // this one replaces settled nothing.
    const isFirst = native.remoteDescription() === null;
    const isAlike = isOfLibdatachannel(sdp);
    const needsFirst = isFirst && offered && isAlike;
    const replacesOurs =
      isFirst && offered && native.signalingState() === 'have-local-offer' && (isAlike || isOfFirefox(sdp));
    const checksFirst = isFirst && !offered && isAlike && answersAsServer(sdp);
    const reading = this.#media.read(sdp, offered);
    let text = reading.sdp;
    if (replacesOurs) text = this.#gate.offeredInPlaceOfOurs(text, !isAlike);
    else if (needsFirst) text = this.#gate.offered(text);
    else if (checksFirst) text = this.#gate.receivedAnswer(text);
    else if (!isFirst && offered && isAlike) text = this.#gate.offeredAgain(text);
    try {
      this.#reader.describe(text, offered, () => {
        if (isFirst && !offered) yieldProcessor(FRESH_TURN_MS);
        this.#call('setRemoteDescription', () => native.setRemoteDescription(text, type));
      });
    } catch (error) {
      if (isFirst) this.#gate.refused();
      reading.discard();
      throw error;
    }
    if (needsFirst) this.#answersAsServer = answerAsDtlsServer(reading.sdp) !== reading.sdp;
    reading.accept();
    if (checksFirst) this.#gate.tookAnswer();
    for (const { candidate, mid } of named) this.#lookUp(candidate, mid);
  }

  /** The library starts SCTP with the offer then, finds no answer to it, and the connection fails. */
  #assertInTime(offer: string): void {
    const native = this.#native;
    if (!hasDataSection(offer) || native.state() !== 'connected') return;
    if (hasDataSection(native.remoteDescription()?.sdp)) return;
    throw new RtcInvalidStateError(
      'the peer offers the first data channel of a connection that is up, which the library cannot take; ' +
        'one of the sides has to create a channel before',
      { path: this.#record.path() },
    );
  }

  addCandidate(candidate: string, mid: string): void {
    if (this.#native.remoteDescription() === null) {
      throw new RtcInvalidStateError('a candidate came before the remote description; keep it until then', {
        path: this.#record.path(),
      });
    }
    if (nameIn(candidate) !== undefined) {
      this.#lookUp(candidate, mid);
      return;
    }
    if (this.#gate.keepRemote(candidate, mid)) return;
    this.#call('addRemoteCandidate', () => this.#native.addRemoteCandidate(candidate, mid));
  }

  /** Gives a candidate that had to wait to the library. A malformed one was refused when it came. */
  addKept(candidate: string, mid: string): void {
    if (this.#record.state !== 'held') return;
    try {
      this.#call('addRemoteCandidate', () => this.#native.addRemoteCandidate(candidate, mid));
    } catch (cause) {
      const path = this.#record.path();
      this.#context.warn({
        code: 'RTC_SIGNALING',
        message: `a candidate for ${path} was of no use`,
        path,
        cause,
      });
    }
  }

  /**
   * The library would look the name up in a thread that nobody can interrupt, and that outlives its cleanup. A name
   * that is not found may be of another network and is no error: ICE goes on with the other candidates.
   */
  #lookUp(candidate: string, mid: string): void {
    const name = nameIn(candidate) ?? '';
    this.#context.names.resolve(name, this.#signal()).then(
      ([address]) => {
        if (address !== undefined) this.addKept(withAddress(candidate, name, address), mid);
      },
      () => {},
    );
  }

  /** The remote description as the peer wrote it. */
  description(): SessionDescription | null {
    const description = this.#native.remoteDescription();
    if (!description) return null;
    const { type, sdp } = description;
    const text = this.#media.restored(sdp);
    return { type, sdp: this.#answersAsServer && type === 'offer' ? asOffered(text) : text };
  }

  /**
   * A connection that its peer has just closed refuses these, and its `close` event is still on the way (H26):
   * what came is of no use any more, and nobody did anything wrong.
   */
  #call(what: string, call: () => void): void {
    try {
      callNative(this.#record.path(), what, call);
    } catch (error) {
      if (this.#native.state() !== 'closed') throw error;
    }
  }
}

/**
 * Milliseconds. The library starts ICE with the answer before it stores the answer (H48). Where the peer has our candidates already,
 * the handshake fails if this thread loses the processor in between, which happens less to a thread that has just slept.
 * One-shot signaling with Chromium, four processes at a time on two cores: 24 of 320 connections failed without it, 20 of 480 with it,
 * and 17 of 480 of the binding alone; where each was the first connection of the library, 121 of 800 without it and 45 of 800 with it.
 */
const FRESH_TURN_MS = 0.1;

const CANDIDATE = /^(?:a=)?candidate:\S+ \d+ \S+ \d+ (\S+) \d+ typ \S+/i;

/** The host name in the place of a candidate's address, as browsers put a `.local` one there. */
export function nameIn(candidate: string): string | undefined {
  const host = CANDIDATE.exec(candidate)?.[1];
  return host === undefined || isIP(host) !== 0 ? undefined : host;
}

export function withAddress(candidate: string, name: string, address: string): string {
  return candidate.replace(` ${name} `, ` ${address} `);
}

/** A description without the candidates that have a name, and these with the media section they were in. */
export function splitNamed(sdp: string): {
  sdp: string;
  named: readonly { candidate: string; mid: string }[];
} {
  if (!sdp.includes('candidate:')) return { sdp, named: [] };
  const named: { candidate: string; mid: string }[] = [];
  const sections = splitSections(sdp).map((section) => {
    const mid = /^a=mid:(\S+)/m.exec(section)?.[1] ?? '0';
    return section.replace(/^a=(candidate:[^\r\n]*)\r?\n/gm, (line, candidate: string) => {
      if (nameIn(candidate) === undefined) return line;
      named.push({ candidate, mid });
      return '';
    });
  });
  return { sdp: sections.join(''), named };
}
