import type { FakeHost } from './fake-host.js';
import {
  type DtlsRole,
  readCandidate,
  readDescription,
  type SessionDescription,
  withCandidates,
  writeCandidate,
  writeDescription,
} from './session-description.js';

/** The library's own limit for a message that it takes, announced in its descriptions. */
const DEFAULT_LOCAL_MAX_MESSAGE_SIZE = 262144;

export interface SignalingOwner {
  readonly id: number;
  readonly host: FakeHost;
  readonly closed: boolean;
  readonly needsApplication: boolean;
  readonly callbacks: {
    signalingState?: (state: string) => void;
    gatheringState?: (state: string) => void;
    description?: (sdp: string, type: string) => void;
    candidate?: (candidate: string, mid: string) => void;
  };
  changeState(state: string): void;
  changeIceState(state: string): void;
  tryConnect(): void;
}

/** Offer, answer and candidates of one connection. */
export class Signaling {
  ufrag: string;
  readonly maxMessageSize: number;
  readonly #owner: SignalingOwner;
  readonly #auto: boolean;
  readonly #candidate: string;
  readonly #fingerprint: string;
  #local: SessionDescription | undefined;
  remote: SessionDescription | undefined;
  readonly #localCandidates: string[] = [];
  readonly #remoteCandidates = new Set<string>();
  state = 'stable';
  gathering = 'new';
  role: 'active' | 'passive' | undefined;
  /** Of the first description: its offerer has the ICE role of controlling. */
  isOfferer: boolean | undefined;

  constructor(
    owner: SignalingOwner,
    config: { disableAutoNegotiation?: boolean; maxMessageSize?: number; bindAddress?: string },
  ) {
    this.#owner = owner;
    this.#auto = config.disableAutoNegotiation !== true;
    this.maxMessageSize = config.maxMessageSize ?? DEFAULT_LOCAL_MAX_MESSAGE_SIZE;
    const number = owner.host.network.nextConnection();
    this.ufrag = `fake${number}`;
    this.#fingerprint = Array.from({ length: 32 }, (_, i) =>
      ((number * 31 + (number >> 8) + i * 7) % 256).toString(16).padStart(2, '0').toUpperCase(),
    ).join(':');
    this.#candidate = writeCandidate(config.bindAddress ?? '127.0.0.1', owner.host.network.nextPort());
  }

  /** Both descriptions are agreed on and a candidate of the peer is known. */
  get ready(): boolean {
    return this.role !== undefined && this.state === 'stable' && this.#remoteCandidates.size > 0;
  }

  get localDescription(): { type: string; sdp: string } | null {
    if (this.#local === undefined) return null;
    return { type: this.#local.type, sdp: withCandidates(this.#local.sdp, this.#localCandidates) };
  }

  get remoteDescription(): { type: string; sdp: string } | null {
    if (this.remote === undefined) return null;
    return { type: this.remote.type, sdp: withCandidates(this.remote.sdp, [...this.#remoteCandidates]) };
  }

  get selectedPair(): { local: string; remote: string } | null {
    const [remote] = this.#remoteCandidates;
    return remote === undefined ? null : { local: this.#candidate, remote };
  }

  negotiateIfNeeded(): void {
    if (this.#auto && this.state === 'stable' && this.#local === undefined && this.#owner.needsApplication) {
      this.setLocal('offer');
    }
  }

  /** Throws where the library does; its wrapper lets that end the process (H10). */
  setLocal(wanted: string, init: { iceUfrag?: string; icePwd?: string } = {}): void {
    if (this.#owner.closed) return;
    if (wanted === 'rollback') {
      if (this.state === 'have-local-offer') this.#rollback();
      return;
    }
    const answering = this.state === 'have-remote-offer';
    const type = wanted === 'unspec' ? (answering ? 'answer' : 'offer') : wanted;
    if (!answering && this.state !== 'stable') return;
    const fits = answering ? type === 'answer' || type === 'pranswer' : type === 'offer';
    if (!fits) throw new Error(`Unexpected local description type ${type} in signaling state ${this.state}`);
    if (!answering && !this.#owner.needsApplication && this.remote === undefined) {
      throw new Error('No DataChannel or Track to negotiate');
    }
    this.isOfferer ??= !answering;
    if (answering) this.role ??= this.remote?.setup === 'active' ? 'passive' : 'active';
    const setup: DtlsRole = answering ? this.role! : 'actpass';
    if (this.#local === undefined && init.iceUfrag !== undefined) this.ufrag = init.iceUfrag;
    const { maxMessageSize } = this;
    const password = init.icePwd ?? `fakePassword${this.#owner.id}fakePassword`;
    const local = writeDescription({
      type,
      ufrag: this.ufrag,
      password,
      fingerprint: this.#fingerprint,
      setup,
      maxMessageSize,
    });
    this.#local = local;
    const { host } = this.#owner;
    host.network.connections.set(this.ufrag, this.#owner);
    host.loop.enqueue(() => this.#owner.callbacks.description?.(local.sdp, local.type));
    this.#changeState(answering ? 'stable' : 'have-local-offer');
    this.#gather();
    this.#owner.tryConnect();
  }

  setRemote(sdp: string, wanted: string): void {
    if (wanted === 'rollback') {
      this.#changeState('stable');
      return;
    }
    const read = readDescription(sdp, wanted);
    const known = ['offer', 'answer', 'pranswer'].includes(wanted);
    const type = known ? wanted : this.state === 'stable' ? 'offer' : 'answer';
    if (this.state === 'have-local-offer' && type === 'offer') this.#rollback();
    const expected =
      this.state === 'stable' ? type === 'offer' : this.state === 'have-local-offer' && type !== 'offer';
    if (!expected) {
      const kind = this.state === 'have-remote-offer' ? '' : `${type} `;
      throw new Error(`Unexpected remote ${kind}description in signaling state ${this.state}`);
    }
    if (this.#owner.closed) return;
    if (type !== 'offer' && read.setup === 'actpass')
      throw new Error('Illegal role actpass in remote answer description');
    this.remote = { ...read, type };
    if (type !== 'offer') this.role ??= read.setup === 'active' ? 'passive' : 'active';
    this.#changeState(type === 'offer' ? 'have-remote-offer' : 'stable');
    for (const candidate of read.candidates) this.addRemoteCandidate(candidate);
    if (this.#auto && type === 'offer') this.setLocal('answer');
    else this.negotiateIfNeeded();
    this.#owner.tryConnect();
  }

  addRemoteCandidate(line: string): void {
    const { candidate } = readCandidate(line);
    if (this.remote === undefined) throw new Error('Got a remote candidate without remote description');
    if (this.#owner.closed) throw new Error('Got a remote candidate without ICE transport');
    this.#remoteCandidates.add(`a=${candidate}`);
    this.#owner.tryConnect();
  }

  get fingerprint(): { value: string; algorithm: 'sha-256' } | undefined {
    return this.remote && { value: this.remote.fingerprint, algorithm: 'sha-256' };
  }

  #rollback(): void {
    if (this.role === undefined) this.isOfferer = undefined;
    this.#local = undefined;
    this.#changeState('stable');
  }

  #gather(): void {
    const { loop } = this.#owner.host;
    if (this.gathering !== 'new') return;
    this.#changeGathering('in-progress');
    this.#localCandidates.push(this.#candidate);
    loop.enqueue(() => this.#owner.callbacks.candidate?.(this.#candidate, '0'));
    this.#owner.changeIceState('checking');
    this.#owner.changeState('connecting');
    loop.enqueue(() => this.#changeGathering('complete'));
  }

  #changeState(state: string): void {
    if (this.state === state) return;
    this.state = state;
    this.#owner.host.loop.enqueue(() => this.#owner.callbacks.signalingState?.(state));
  }

  #changeGathering(state: string): void {
    this.gathering = state;
    this.#owner.host.loop.enqueue(() => this.#owner.callbacks.gatheringState?.(state));
  }
}
