import { type Clock, afterTurn, soon, yieldProcessor } from '../../../time/clock.js';
import {
  answerAsDtlsServer,
  type Candidate,
  hasAllCandidates,
  isCandidate,
  splitCandidates,
} from '../../sdp.js';
import { isBehindNat, isNear } from './candidates.js';

export interface CandidateExchange {
  /** Gives a candidate of the peer to the library. */
  addRemote(candidate: string, mid: string): void;
  /** Emits a candidate of ours. */
  emitLocal(candidate: string, mid: string): void;
  /** ICE has found a path, from our side. */
  pathFound(): boolean;
}

/**
 * Makes the answerer the first to check a path and the DTLS server, so that connecting two ends of libdatachannel neither
 * stalls nor fails. Other peers do not need it, and some number their streams by who is ICE-controlled, so with them the
 * library is left to itself. Where our own offer was rolled back it is the other way round: see `offeredInPlaceOfOurs`.
 *
 * Whoever is connected first drops the other's DTLS packets until it is connected itself, which costs a second
 * when the first is the DTLS client (H27). So the answerer is the server, and the first: it does not send the
 * offerer its candidates until its own checks are under way. But it must not check too early either: an offerer
 * that is checked before it has the answer is connected while it still stores that answer, and now and then
 * verifies the peer's certificate before it has the fingerprint; the handshake fails then. So the answerer keeps
 * the offerer's candidates until the answer was emitted.
 *
 * Behind NATs a check that is ahead of the other side's is dropped, and whoever wanted to be first is last. So unless the peer
 * is near, both sides are to check at the same time: each check is on its way before the other's arrives, finds the NAT
 * open, and both sides are connected at once, with NATs or without. The offerer checks when it has the answerer's
 * candidates. How long these take the answerer knows: half of the time from its answer to the offerer's candidates.
 *
 * Where the candidates are in the descriptions themselves (one-shot signaling), the answerer does not learn when the offerer
 * has the answer. From afar the answerer checks as soon as its answer was emitted: an offerer that has been checked is
 * connected as soon as it takes the answer, whose candidates it keeps until then. On a near path the handshake could
 * overtake the storing of the answer, so there it is the other way round: the answerer is the DTLS client, which is
 * connected last, and leaves it to the offerer to check first. That costs the 50 ms of the next paragraph. An offerer behind a
 * NAT is checked in vain until it has the answer, so it is connected first, and the answerer is the DTLS client there as well.
 * Where the offerer is to check first, the answerer checks some seconds after the answer all the same. An application that is
 * not told the end of gathering may keep its answer for as long (simple-peer without trickle ICE): see `expectsReading`.
 *
 * Checks are spaced by 50 ms, and one that arrives puts the receiver's own off by as long (`STUN_PACING_TIME` of
 * libjuice's `agent_arm_transmission`). Its test is `abs(now - other) < 50` in whole milliseconds of the monotonic
 * clock, so a candidate that the offerer is given within the same millisecond as our check arrives is checked at
 * once. On a near path that takes some tenths of one: our checks arrive with a fresh millisecond, and the first
 * milliseconds are spent asking every turn rather than every timer. Where that is missed it costs the 50 ms.
 */
export class CandidateGate {
  readonly #clock: Clock;
  readonly #exchange: CandidateExchange;
  #remote: Candidate[] | undefined;
  #local: Candidate[] | undefined;
  #cancel: (() => void) | undefined;
  #isChecking = false;
  /** When the answer was emitted, in milliseconds of the clock. */
  #answeredAt = 0;
  /** The offerer is to check first: milliseconds after which this side does if it has not. */
  #leavesFirst: number | undefined;
  #expectsReading = false;
  /** The answer is to be read, and that time begins with it. */
  #isUnread = false;
  /** The first offer has come, and no answer was emitted for the peer. */
  #isUnanswered = false;
  /** Candidates of the offerer that wait for the next millisecond to begin. */
  #late: Candidate[] | undefined;

  constructor(clock: Clock, exchange: CandidateExchange) {
    this.#clock = clock;
    this.#exchange = exchange;
  }

  /**
   * The application may read the answer and send it long after it was made: `answerRead` tells when. One that answers an offer
   * with all its candidates waits to have all of its own.
   */
  expectsReading(): void {
    this.#expectsReading = true;
  }

  /** The first offer has come, from a peer that needs this. Returns it as the library is to read it. */
  offered(sdp: string): string {
    const [rest, candidates] = splitCandidates(sdp);
    const texts = candidates.map(([candidate]) => candidate);
    this.#remote = candidates;
    this.#isUnanswered = true;
    if (isNear(texts)) {
      this.#leaveFirst(sdp);
      return rest;
    }
    this.#local = [];
    return isBehindNat(texts) ? rest : answerAsDtlsServer(rest);
  }

  /**
   * A further offer has come. It takes the place of the first one before that is answered; the library has its DTLS role by then,
   * so where only the first came without candidates this side is a server that is connected last, which takes a second.
   */
  offeredAgain(sdp: string): string {
    if (!this.#isUnanswered) return sdp;
    const [rest, candidates] = splitCandidates(sdp);
    this.#remote = candidates;
    if (this.#local !== undefined && !isNear(candidates.map(([candidate]) => candidate))) return rest;
    this.#leaveFirst(sdp);
    this.#emitKept();
    return rest;
  }

  /**
   * The first offer has come, and ours was rolled back for it. The library stays ICE-controlling, as the peer is. ICE settles
   * that, and whoever checks first is the last to be connected: so the offerer is to check first. Firefox has to for another
   * reason. It answers our checks before it has our answer, but cannot tell by them who controls, and forgets that one
   * nominated a pair: both would wait for good.
   */
  offeredInPlaceOfOurs(sdp: string, ofFirefox: boolean): string {
    const [rest, candidates] = splitCandidates(sdp);
    this.#remote = candidates;
    this.#leavesFirst = ofFirefox ? WITHOUT_FIREFOX_MS : WITHOUT_CANDIDATES_MS;
    return ofFirefox ? rest : answerAsDtlsServer(rest);
  }

  /** The first answer has come, of a peer that checks first. Returns it as the library is to read it. */
  receivedAnswer(sdp: string): string {
    const [rest, candidates] = splitCandidates(sdp);
    if (candidates.length > 0) this.#remote = candidates;
    return rest;
  }

  /** The library refused the description: nothing is kept for it. */
  refused(): void {
    this.#remote = undefined;
    this.#local = undefined;
  }

  /** The library has the answer that was received. */
  tookAnswer(): void {
    const remote = this.#remote;
    if (remote === undefined || this.#local !== undefined) return;
    this.#remote = undefined;
    this.#untilChecked(this.#clock.now() + HEAD_START_MS, () => this.#add(remote));
  }

  /** Candidates of ours are kept for later, if there are any. */
  get keepsLocal(): boolean {
    return this.#local !== undefined;
  }

  /** The answer was given, and the checks that follow it have not begun. */
  get isAboutToCheck(): boolean {
    return this.#local !== undefined && (this.#remote !== undefined || this.#late !== undefined);
  }

  /** Candidates of the peer that the library has not been given yet. */
  get kept(): number {
    return (this.#remote?.length ?? 0) + (this.#late?.length ?? 0);
  }

  /** Keeps the peer's candidate for later; true when it does. One that the library would refuse is not. */
  keepRemote(candidate: string, mid: string): boolean {
    if (this.#remote === undefined) return this.#keepsLate(candidate, mid);
    if (!isCandidate(candidate) || this.#remote.length >= MOST_KEPT) return false;
    this.#remote.push([candidate, mid]);
    return true;
  }

  /** Keeps our candidate for later; true when it does. */
  keepLocal(candidate: string, mid: string): boolean {
    return this.#local !== undefined && this.#local.push([candidate, mid]) > 0;
  }

  /** The answer was emitted. */
  answered(): void {
    this.#isUnanswered = false;
    if (this.#remote === undefined) return;
    this.#answeredAt = this.#clock.now();
    if (this.#leavesFirst !== undefined) {
      this.#checkIn(this.#isUnread ? WITHOUT_READING_MS : this.#leavesFirst);
      return;
    }
    // A turn later: an application that hands the answer over in its listener has done so by then.
    afterTurn(() => this.#check());
  }

  /** The application has our answer now, perhaps before it was emitted. */
  answerRead(): void {
    if (!this.#isUnread || this.#leavesFirst === undefined) return;
    this.#isUnread = false;
    if (this.#remote !== undefined && this.#cancel !== undefined) this.#checkIn(this.#leavesFirst);
  }

  /** The connection is up: candidates that are still kept go to the application all the same. */
  connected(): void {
    this.#cancel?.();
    this.#remote = undefined;
    this.#late = undefined;
    this.#emitKept();
  }

  /** The connection ends. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#remote = undefined;
    this.#late = undefined;
    this.#local = undefined;
  }

  /** The offerer is to check first. */
  #leaveFirst(offer: string): void {
    this.#leavesFirst = WITHOUT_CHECKS_MS;
    this.#isUnread = this.#expectsReading && hasAllCandidates(offer);
  }

  #keepsLate(candidate: string, mid: string): boolean {
    // Only for the first candidates: with them our checks are under way.
    if (this.#cancel === undefined || this.#isChecking || !isCandidate(candidate)) return false;
    if (this.#late === undefined) this.#answerTo([candidate, mid]);
    else if (this.#late.length < MOST_KEPT) this.#late.push([candidate, mid]);
    return true;
  }

  #checkIn(ms: number): void {
    this.#cancel?.();
    this.#cancel = this.#clock.after(ms, () => {
      const remote = this.#remote ?? [];
      this.#remote = undefined;
      this.#add(remote);
    });
  }

  #check(): void {
    const remote = this.#remote;
    if (remote === undefined) return;
    this.#remote = undefined;
    this.#cancel = this.#clock.after(WITHOUT_CANDIDATES_MS, () => this.#emitKept());
    if (remote.length > 0) this.#begin(remote);
  }

  /** The first candidate of an offerer that has our answer, and waits for our candidates. */
  #answerTo(first: Candidate): void {
    const trip = (this.#clock.now() - this.#answeredAt) / 2;
    const candidates = [first, ...(this.#local ?? [])].map(([candidate]) => candidate);
    if (trip < LEAST_TRIP_MS || isNear(candidates)) this.#begin([first]);
    else this.#meet([first], trip * MEETING_POINT);
  }

  /** Checks after `ms`: then the offerer does so as well, because it gets our candidates now. */
  #meet(remote: Candidate[], ms: number): void {
    this.#cancel?.();
    this.#emitKept();
    this.#late = remote;
    this.#cancel = this.#clock.after(ms, () => {
      this.#isChecking = true;
      this.#late = undefined;
      this.#add(remote);
    });
  }

  /** Begins to check as soon as a millisecond has just begun, a little later at the most. */
  #begin(remote: Candidate[]): void {
    this.#cancel?.();
    this.#late = remote;
    const end = this.#clock.now() + MOST_ALIGNING_MS;
    const look = () => {
      const intoMillisecond = Number((process.hrtime.bigint() + LEAD_NS) % NS_A_MS);
      if (intoMillisecond > FRESH_NS && this.#clock.now() < end) {
        this.#cancel = soon(this.#clock, MOST_ALIGNING_MS, look);
      } else {
        this.#late = undefined;
        this.#add(remote);
        yieldProcessor(YIELD_MS);
        this.#checking();
      }
    };
    look();
  }

  /** The library has begun its checks: the offerer may have our candidates soon. */
  #checking(): void {
    if (this.#isChecking) return;
    this.#isChecking = true;
    this.#untilChecked(this.#clock.now() + HEAD_START_MS, () => this.#emitKept());
  }

  /**
   * Goes on when a path was found, at `end` at the latest. Polled: a native callback would cost
   * every wake-up of the process for good (H15).
   */
  #untilChecked(end: number, goOn: () => void): void {
    this.#cancel?.();
    const now = this.#clock.now();
    const again = () => this.#untilChecked(end, goOn);
    if (this.#exchange.pathFound() || now >= end) goOn();
    else if (end - now > HEAD_START_MS - EAGER_MS) this.#cancel = soon(this.#clock, LOOK_MS, again);
    else this.#cancel = this.#clock.after(LOOK_MS, again);
  }

  #add(candidates: Candidate[]): void {
    this.#cancel?.();
    this.#cancel = undefined;
    for (const [candidate, mid] of candidates) this.#exchange.addRemote(candidate, mid);
  }

  #emitKept(): void {
    const local = this.#local;
    this.#local = undefined;
    this.#cancel = undefined;
    for (const [candidate, mid] of local ?? []) this.#exchange.emitLocal(candidate, mid);
  }
}

const MOST_KEPT = 256;
/** Milliseconds that the answerer checks before the offerer can, at the most; on a near path it takes one or two. */
const HEAD_START_MS = 30;
const LOOK_MS = 1;
/** Milliseconds for which the path is asked for every turn of the event loop. */
const EAGER_MS = 3;
/** Milliseconds that a message of the signaling takes at the least for two checks to meet; timers have whole milliseconds. */
const LEAST_TRIP_MS = 3;
/**
 * Share of that time after which the answerer checks. A check that is early fails behind NATs only, one that is late stalls
 * without them too; and early enough is up to four times the time that the path takes.
 */
const MEETING_POINT = 0.75;
const NS_A_MS = 1_000_000n;
/** Nanoseconds that a check takes at the least to be sent and to arrive, so that it may begin before the millisecond does. */
const LEAD_NS = 90_000n;
/** Nanoseconds into a millisecond, less those, that leave enough of it. */
const FRESH_NS = 150_000;
/** Milliseconds in which a check on a near path is sent and answered. */
const YIELD_MS = 0.1;
/** Milliseconds that are waited for a fresh one; a busy event loop may never see one begin. */
const MOST_ALIGNING_MS = 2;
/**
 * Milliseconds after which the answerer checks although an offerer that was to be first has not: the answer has reached it
 * by then, and what keeps the offerer out may be a firewall that lets in what was asked for.
 */
const WITHOUT_CHECKS_MS = 3000;
/**
 * The same for a Firefox whose offer took the place of ours: where it has the answer after our checks, and its own do not reach
 * us, it never connects (with 3 s here it did not, 3.3 s later). It gives its own checks up after some 13 s.
 */
const WITHOUT_FIREFOX_MS = 8000;
/** As `WITHOUT_CHECKS_MS`, from an answer on that nobody has read: simple-peer waits 5 s for the end of gathering. */
const WITHOUT_READING_MS = 5500;
/** Milliseconds after which the answerer sends its candidates without any of the offerer's, or checks after offers that crossed. */
const WITHOUT_CANDIDATES_MS = 500;
