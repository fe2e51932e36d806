import type { Given } from '../../../arguments/argument.js';
import type { LibraryContext } from '../../../library/library-context.js';
import type { NativeRecord } from '../../../library/release-ledger.js';
import type { NativePeerConnection } from '../../../native/binding.js';
import type { TraceEventType } from '../../../diagnostics/event-log.js';
import type { Trace } from '../../../diagnostics/trace.js';
import { type ConnectionProgress, RtcInvalidStateError } from '../../../errors/rtc-error.js';
import { callNative } from '../../../native/call-native.js';
import type { LocalDescriptionInit } from '../../../native/validate/description.js';
import type { ConnectionTracks } from '../../media/connection-tracks.js';
import type { PendingEvents } from '../../emitter.js';
import type { ConnectionChannels } from '../connection-channels.js';
import type {
  ConnectionState,
  DescriptionType,
  GatheringState,
  SessionDescription,
  SignalingState,
} from '../peer-connection-events.js';
import { CandidateGate } from './candidate-gate.js';
import { candidateIn, candidatesIn, candidateWords, portOf } from '../../sdp.js';
import { hasPath } from '../../data-channel/native-state.js';
import { ConnectionEvents } from './connection-events.js';
import type { NegotiatedConnection } from './negotiated-connection.js';
import { RemoteSide } from './remote-side.js';

/**
 * Descriptions and candidates of one connection, on their way between the application and the library: each in the order,
 * at the time and in the wording that both can take.
 */
export class DescriptionExchange {
  readonly #connection: NegotiatedConnection;
  readonly #trace: Trace;
  readonly #native: NativePeerConnection;
  readonly #record: NativeRecord;
  readonly #channels: ConnectionChannels;
  readonly #tracks: ConnectionTracks;
  readonly #gate: CandidateGate;
  readonly #remote: RemoteSide;
  readonly #events: ConnectionEvents;
  readonly #offers: OwedOffers;
  /** A channel or track was made, or the peer has offered one. */
  negotiable = false;

  constructor(
    connection: NegotiatedConnection,
    context: LibraryContext,
    native: NativePeerConnection,
    record: NativeRecord,
    pending: PendingEvents,
    channels: ConnectionChannels,
    tracks: ConnectionTracks,
  ) {
    this.#connection = connection;
    this.#trace = context.trace;
    this.#native = native;
    this.#record = record;
    this.#channels = channels;
    this.#tracks = tracks;
    this.#gate = new CandidateGate(context.clock, {
      addRemote: (candidate, mid) => this.#remote.addKept(candidate, mid),
      emitLocal: (candidate, mid) => pending.emit('localCandidate', candidate, tracks.candidateMid(mid)),
      pathFound: () => record.state === 'held' && hasPath(native.iceState()),
    });
    this.#remote = new RemoteSide(
      context,
      native,
      record,
      this.#gate,
      channels,
      tracks,
      () => connection.signal,
    );
    this.#events = new ConnectionEvents(native, record, pending, this.#gate, {
      announced: (description) => this.#announced(description),
      candidateMid: (mid) => tracks.candidateMid(mid),
      note: (type, text) => this.#note(type, text),
      noteCandidate: (candidate) => this.#noteCandidate('local', candidate),
    });
    this.#offers = new OwedOffers({
      signalingState: () => connection.signalingState,
      isUsable: () => !connection.signal.aborted,
      offer: () => connection.setLocalDescription('offer'),
    });
  }

  /**
   * Registers the native callback of `event`, or of those that the library calls as soon as it is asked for
   * something.
   */
  hook(event?: string): void {
    if (event === undefined) this.#events.hookNegotiation(this.#trace.recording);
    else this.#events.hook(event);
  }

  /** Other code has used the native until now; its callbacks have been replaced. */
  catchUp(): void {
    const local = this.#native.localDescription();
    if (local) this.#events.announcedBefore(local);
    this.#tracks.takeOver();
  }

  describe(type: DescriptionType, init: Required<Given<LocalDescriptionInit>> | undefined): void {
    const connection = this.#connection;
    assertMayDescribe(connection, type, this.negotiable, init !== undefined);
    this.hook();
    callNative(connection.path, 'setLocalDescription', () =>
      this.#native.setLocalDescription(type, ...(init ? [init] : [])),
    );
    this.#offers.described(false);
  }

  take(sdp: string, type: DescriptionType): void {
    this.hook();
    const hadOffer = this.#connection.signalingState === 'have-local-offer';
    this.#remote.describe(sdp, type);
    this.#note('description', `remote ${type}`);
    if (this.#trace.recording) for (const line of candidatesIn(sdp)) this.#noteCandidate('remote', line);
    this.negotiable = true;
    this.#offers.described(hadOffer && type === 'offer');
  }

  /** Gives the peer's offer up. The library cannot roll it back: it makes an answer, which nobody is given. */
  discardOffer(): void {
    this.describe('answer', undefined);
    this.#events.answerIsForNobody();
  }

  takeCandidate(candidate: string, mid: string): void {
    this.#remote.addCandidate(candidate, mid);
    this.#noteCandidate('remote', candidate);
  }

  /** A media section was added or has changed after the first offer, which has all that came before. */
  oweOffer(): void {
    this.#offers.owe();
  }

  /** The latest local description was emitted to a listener. */
  get isAnnounced(): boolean {
    return this.#events.isAnnounced;
  }

  local(): SessionDescription | null {
    return this.#record.state === 'held' ? this.#announced(this.#native.localDescription()) : null;
  }

  remote(): SessionDescription | null {
    return this.#record.state === 'held' ? this.#remote.description() : null;
  }

  /** Candidates are being gathered, or some are still to be emitted. */
  get findsCandidates(): boolean {
    if (this.#connection.gatheringState !== 'complete' || this.#gate.keepsLocal) return true;
    return this.#record.state === 'held' && this.#events.awaitsCandidates;
  }

  /** The checks that follow our answer have not begun. */
  get isAboutToCheck(): boolean {
    return this.#gate.isAboutToCheck;
  }

  /** How far descriptions, candidates and transport have got. */
  get progress(): Omit<ConnectionProgress, 'signaling' | 'servers'> {
    const [local, remote] = [this.local(), this.remote()];
    const held = this.#record.state === 'held';
    // The library closes ICE before the connection: read in this order, a connection that has just ended has no path.
    const state = held ? this.#native.state() : 'closed';
    const ice = held ? this.#native.iceState() : 'closed';
    return {
      localDescription: local?.type ?? null,
      remoteDescription: remote?.type ?? null,
      localCandidates: candidatesIn(local?.sdp).length,
      remoteCandidates: candidatesIn(remote?.sdp).length + this.#gate.kept,
      ice,
      dtls: hasPath(ice) ? (DTLS[state] ?? 'connecting') : 'new',
    };
  }

  /** Address and port of our own that all candidates of the peer have, too: a port that both connections use. */
  get sharedPort(): string | undefined {
    const ports = (description: SessionDescription | null) =>
      candidatesIn(description?.sdp).map((line) => portOf(candidateIn(line)));
    const [own, theirs] = [ports(this.local()), ports(this.remote())];
    return theirs.every((port) => own.includes(port)) ? theirs[0] : undefined;
  }

  acceptedMid(mid: string): string {
    return this.#tracks.acceptedMid(mid);
  }

  /** The application may send our answer when it reads it, and not when it is emitted; `answerRead` tells when. */
  expectReading(): void {
    this.#gate.expectsReading();
  }

  answerRead(): void {
    this.#gate.answerRead();
  }

  connected(): void {
    this.#gate.connected();
  }

  stop(): void {
    this.#gate.stop();
  }

  #note(type: TraceEventType, text: string): void {
    this.#trace.note(type, this.#connection.path, text);
  }

  #noteCandidate(side: 'local' | 'remote', candidate: string): void {
    if (this.#trace.recording) this.#note('candidate', `${side} ${candidateWords(candidate)}`);
  }

  #announced(description: SessionDescription | null): SessionDescription | null {
    const announced = this.#channels.announced(description);
    return announced && this.#tracks.announced(announced);
  }
}

/** With a path, the state of the connection is that of DTLS. */
const DTLS: Readonly<Partial<Record<ConnectionState, ConnectionProgress['dtls']>>> = {
  connected: 'connected',
  failed: 'failed',
};

interface DescribedConnection {
  readonly path: string;
  readonly signalingState: SignalingState;
  readonly gatheringState: GatheringState;
}

/**
 * Throws for what `setLocalDescription` ends the process over (H10); `negotiable`: there is a channel or track;
 * `choosesCredentials`: by `iceUfrag` and `icePwd`.
 */
export function assertMayDescribe(
  connection: DescribedConnection,
  type: DescriptionType,
  negotiable: boolean,
  choosesCredentials: boolean,
): void {
  if (type === 'rollback') return;
  const { path, signalingState: state } = connection;
  const call = type === 'unspec' ? 'setLocalDescription()' : `setLocalDescription('${type}')`;
  const refuse = (why: string) => {
    throw new RtcInvalidStateError(`${call} is not possible: ${why}`, { path });
  };
  const answers = state === 'have-remote-offer' || state === 'have-local-pranswer';
  const offers = state === 'stable';
  const possible = type === 'offer' ? offers : type === 'unspec' ? answers || offers : answers;
  if (!possible) refuse(WHY_NOT[state] ?? `the signaling state is ${state}`);
  if (!negotiable) refuse('there is no channel or track to negotiate');
  // The library throws then, and the process aborts (H60).
  if (choosesCredentials && connection.gatheringState !== 'new') {
    refuse(
      'iceUfrag and icePwd can be chosen before candidates are gathered, and the library has no ICE restart',
    );
  }
}

/** Where the state does not say by itself what came before the call. */
const WHY_NOT: Readonly<Partial<Record<SignalingState, string>>> = {
  'have-local-offer':
    'an offer was made already (signaling state have-local-offer), by an earlier call or by the first ' +
    'createDataChannel() without disableAutoNegotiation; it waits for the answer of the peer',
  'have-remote-offer':
    'the offer of the peer waits for an answer (signaling state have-remote-offer); call ' +
    "setLocalDescription('answer')",
  stable: 'there is no offer to answer (signaling state stable)',
};

export interface OfferingConnection {
  signalingState(): string;
  /** The connection is not closing. */
  isUsable(): boolean;
  offer(): void;
}

/**
 * The offer for changed media sections: one for all changes of a turn, as soon as the signaling state allows one, and
 * once more where the peer's own offer took its place.
 */
export class OwedOffers {
  readonly #connection: OfferingConnection;
  #state: 'none' | 'owed' | 'made' = 'none';

  constructor(connection: OfferingConnection) {
    this.#connection = connection;
  }

  owe(): void {
    this.#state = 'owed';
    queueMicrotask(() => this.#settle());
  }

  /** A description was made or taken; `inPlaceOfOurs`: the peer's offer, while ours had no answer. */
  described(inPlaceOfOurs: boolean): void {
    if (this.#state === 'made') this.#state = inPlaceOfOurs ? 'owed' : 'none';
    if (this.#state !== 'owed') return;
    // An offer, whether the application or the library asked for it, has every change up to now.
    if (this.#connection.signalingState() === 'have-local-offer') this.#state = 'made';
    else this.#settle();
  }

  #settle(): void {
    const { signalingState, isUsable, offer } = this.#connection;
    if (this.#state === 'owed' && isUsable() && signalingState() === 'stable') offer();
  }
}
