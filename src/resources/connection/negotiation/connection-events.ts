import type { TraceEventType } from '../../../diagnostics/event-log.js';
import type { NativeRecord } from '../../../library/release-ledger.js';
import type { NativePeerConnection } from '../../../native/binding.js';
import { guardCallback } from '../../../native/firewall.js';
import type { PendingEvents } from '../../emitter.js';
import { type Candidate, candidatesIn } from '../../sdp.js';
import type { SessionDescription } from '../peer-connection-events.js';
import type { CandidateGate } from './candidate-gate.js';

export interface Announcer {
  /** A description of ours, as the peer is to be given it. */
  announced(description: SessionDescription): SessionDescription | null;
  /** The mid that the peer is to be given with a candidate of ours. */
  candidateMid(mid: string): string;
  /** Records what happens, for a trace. */
  note(type: TraceEventType, text: string): void;
  noteCandidate(candidate: string): void;
}

/**
 * The events of one connection that come from a native callback. Each callback is registered when its event is
 * first needed, because each costs every wake-up of the process (H15).
 */
export class ConnectionEvents {
  readonly #native: NativePeerConnection;
  readonly #record: NativeRecord;
  readonly #pending: PendingEvents;
  readonly #gate: CandidateGate;
  readonly #announcer: Announcer;
  readonly #hooked = new Set<string>();
  /** Events of `#hooked` that only a trace needs. */
  readonly #unwanted = new Set<string>();
  /** Candidates that overtook the description they belong to; undefined once the description was emitted. */
  #early: Candidate[] | undefined = [];
  /** Answers that are on their way, and for nobody. */
  #discarded = 0;
  /** Candidates that the library has reported. */
  #reported = 0;

  constructor(
    native: NativePeerConnection,
    record: NativeRecord,
    pending: PendingEvents,
    gate: CandidateGate,
    announcer: Announcer,
  ) {
    this.#gate = gate;
    this.#announcer = announcer;
    this.#native = native;
    this.#record = record;
    this.#pending = pending;
  }

  /**
   * The library calls these once, as soon as it negotiates; the application may not be listening yet. `recording`: somebody
   * wants to know the states as well.
   */
  hookNegotiation(recording: boolean): void {
    this.hook('localDescription');
    this.hook('localCandidate');
    if (recording) for (const event of STATE_EVENTS) this.hook(event, false);
  }

  /** A description of ours was emitted, and the latest one does not wait for a listener. */
  get isAnnounced(): boolean {
    return this.#early === undefined && !this.#pending.has('localDescription');
  }

  /**
   * The description was made before other code gave the connection away, and its event went there: so did the candidates
   * that are in the text.
   */
  announcedBefore({ sdp }: SessionDescription): void {
    this.#reported = candidatesIn(sdp).length;
    this.#emitEarly();
  }

  /** Candidates that the library has found, and that were not emitted: the end of gathering may overtake the last ones. */
  get awaitsCandidates(): boolean {
    if (this.#early && this.#early.length > 0) return true;
    return this.#reported < candidatesIn(this.#native.localDescription()?.sdp).length;
  }

  /** `isWanted`: somebody listens or will; other states are not kept for later listeners. */
  hook(event: string, isWanted = true): void {
    if (isWanted) this.#unwanted.delete(event);
    if (this.#hooked.has(event) || this.#record.state !== 'held') return;
    this.#hooked.add(event);
    if (!isWanted) this.#unwanted.add(event);
    const native = this.#native;
    const emit = (state: string) => {
      this.#announcer.note('state', `${event.replace('StateChange', '')} ${state}`);
      if (!this.#unwanted.has(event)) this.#pending.emit(event, state);
    };
    if (event === 'localDescription')
      native.onLocalDescription(this.#guard((sdp, type) => this.#described({ sdp, type })));
    else if (event === 'localCandidate')
      native.onLocalCandidate(this.#guard((text, mid) => this.#candidate(text, mid)));
    else if (event === 'iceStateChange') native.onIceStateChange(this.#guard(emit));
    else if (event === 'signalingStateChange') native.onSignalingStateChange(this.#guard(emit));
    else if (event === 'gatheringStateChange') native.onGatheringStateChange(this.#guard(emit));
  }

  /**
   * Descriptions and candidates come through different queues of the addon, and a candidate may be served
   * first. A peer cannot take one before the description, so here they come in the order the library made them.
   */
  #candidate(candidate: string, mid: string): void {
    this.#reported++;
    this.#announcer.noteCandidate(candidate);
    if (this.#early) this.#early.push([candidate, mid]);
    else this.#emitCandidate(candidate, mid);
  }

  /** The answer that was made last. */
  answerIsForNobody(): void {
    this.#discarded++;
  }

  #described({ sdp, type }: SessionDescription): void {
    this.#announcer.note('description', `local ${type}`);
    if (type === 'answer' && this.#discarded > 0) {
      this.#discarded--;
      return;
    }
    this.#pending.emit('localDescription', this.#announcer.announced({ type, sdp }));
    this.#emitEarly();
    if (type === 'answer') this.#gate.answered();
  }

  #emitEarly(): void {
    const early = this.#early;
    this.#early = undefined;
    for (const [candidate, mid] of early ?? []) this.#emitCandidate(candidate, mid);
  }

  #emitCandidate(candidate: string, mid: string): void {
    if (this.#gate.keepLocal(candidate, mid)) return;
    this.#pending.emit('localCandidate', candidate, this.#announcer.candidateMid(mid));
  }

  #guard<A extends unknown[]>(callback: (...args: A) => void): (...args: A) => void {
    return guardCallback(this.#record.path, callback);
  }
}

const STATE_EVENTS = ['iceStateChange', 'signalingStateChange', 'gatheringStateChange'] as const;
