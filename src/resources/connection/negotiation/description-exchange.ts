import type { Engine } from '../../../library/engine.js';
import type { NativeRecord } from '../../../library/release-ledger.js';
import type { NativePeerConnection } from '../../../native/binding.js';
import type { TraceEventType } from '../../../diagnostics/event-log.js';
import type { Trace } from '../../../diagnostics/trace.js';
import type { ConnectionProgress } from '../../../errors/connection-progress.js';
import { callNative } from '../../../native/guard.js';
import type { LocalDescriptionInit } from '../../../native/validate/description.js';
import type { ConnectionTracks } from '../../media/connection-tracks.js';
import type { PendingEvents } from '../../pending-events.js';
import type { ConnectionChannels } from '../connection-channels.js';
import type { ConnectionState, DescriptionType, SessionDescription } from '../peer-connection-state.js';
import { CandidateGate } from './candidate-gate.js';
import { candidatesIn, candidateWords } from './candidate-text.js';
import { ConnectionEvents } from './connection-events.js';
import { assertMayDescribe } from './may-describe.js';
import type { NegotiatedConnection } from './negotiated-connection.js';
import { OwedOffers } from './owed-offers.js';
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
    engine: Engine,
    native: NativePeerConnection,
    record: NativeRecord,
    pending: PendingEvents,
    channels: ConnectionChannels,
    tracks: ConnectionTracks,
  ) {
    this.#connection = connection;
    this.#trace = engine.trace;
    this.#native = native;
    this.#record = record;
    this.#channels = channels;
    this.#tracks = tracks;
    this.#gate = new CandidateGate(engine.clock, {
      addRemote: (candidate, mid) => this.#remote.addKept(candidate, mid),
      tellLocal: (candidate, mid) => pending.emit('localCandidate', candidate, tracks.candidateMid(mid)),
      pathFound: () => record.state === 'held' && PATH_FOUND.has(native.iceState()),
    });
    this.#remote = new RemoteSide(
      engine,
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
      hasNegotiated: () => record.state === 'held' && native.remoteDescription() !== null,
      offer: () => connection.setLocalDescription('offer'),
    });
  }

  /** Registers the native callback of `event`, or of those that the library calls as soon as it is asked for something. */
  hook(event?: string): void {
    if (event === undefined) this.#events.hookNegotiation(this.#trace.recording);
    else this.#events.hook(event);
  }

  describe(type: DescriptionType, init: Required<LocalDescriptionInit> | undefined): void {
    const connection = this.#connection;
    assertMayDescribe(connection, type, this.negotiable, init !== undefined);
    this.hook();
    callNative(connection.path, 'setLocalDescription', () =>
      this.#native.setLocalDescription(type, ...(init ? [init] : [])),
    );
    if (connection.signalingState === 'stable') this.#offers.described(false);
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

  takeCandidate(candidate: string, mid: string): void {
    this.#remote.addCandidate(candidate, mid);
    this.#noteCandidate('remote', candidate);
  }

  /** A media section has changed, and the peer is to hear of it. */
  oweOffer(): void {
    this.#offers.owe();
  }

  local(): SessionDescription | null {
    return this.#record.state === 'held' ? this.#announced(this.#native.localDescription()) : null;
  }

  remote(): SessionDescription | null {
    return this.#record.state === 'held' ? this.#remote.description() : null;
  }

  /** Candidates are being gathered, or were and are still to be told. */
  get findsCandidates(): boolean {
    return this.#connection.gatheringState !== 'complete' || this.#gate.keepsLocal;
  }

  /** The checks that follow our answer have not begun. */
  get isAboutToCheck(): boolean {
    return this.#gate.isAboutToCheck;
  }

  /** How far descriptions, candidates and transport have got. */
  get progress(): Omit<ConnectionProgress, 'signaling' | 'servers'> {
    const [local, remote] = [this.local(), this.remote()];
    const held = this.#record.state === 'held';
    const ice = held ? this.#native.iceState() : 'closed';
    return {
      localDescription: local?.type ?? null,
      remoteDescription: remote?.type ?? null,
      localCandidates: candidatesIn(local?.sdp).length,
      remoteCandidates: candidatesIn(remote?.sdp).length + this.#gate.kept,
      ice,
      dtls: held && PATH_FOUND.has(ice) ? (DTLS[this.#native.state()] ?? 'connecting') : 'new',
    };
  }

  acceptedMid(mid: string): string {
    return this.#tracks.acceptedMid(mid);
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
const PATH_FOUND: ReadonlySet<string> = new Set(['connected', 'completed']);
