import type { PeerConnection as Connection } from '../../resources/connection/peer-connection.js';
import { candidatesIn, icePasswordOf, isOfDtlsClient, usernameFragmentOf } from '../../resources/sdp.js';
import type { ConnectionStates } from './connection-states.js';
import type { Descriptions } from './descriptions.js';
import { interfacePrototype } from './rtc-events.js';
import type { IceCandidate, IceCandidateInit } from './w3c-types.js';
import { assertConstruction, CONSTRUCTION } from './web-idl.js';

/** What the transports show of their connection. */
export interface TransportSource {
  readonly handle: Connection;
  readonly states: ConnectionStates;
  readonly descriptions: Descriptions;
  candidate(init: IceCandidateInit): IceCandidate;
  /** Candidates that the application has seen. */
  localCandidates(): readonly string[];
}

abstract class Transport extends EventTarget {
  protected readonly source: TransportSource;

  constructor(key: symbol, source: TransportSource) {
    assertConstruction(key);
    super();
    this.source = source;
  }
}

/** The W3C's `RTCIceTransport` of a connection, which has one. */
export class RTCIceTransport extends Transport {
  get component(): 'rtp' {
    return 'rtp';
  }

  get role(): 'controlling' | 'controlled' | 'unknown' {
    const { first } = this.source.descriptions;
    return first === undefined ? 'unknown' : first === 'offer' ? 'controlling' : 'controlled';
  }

  get state(): string {
    return this.source.states.now.iceConnectionState;
  }

  get gatheringState(): string {
    return this.source.states.now.iceGatheringState;
  }

  getLocalCandidates(): IceCandidate[] {
    return this.source
      .localCandidates()
      .map((candidate) => this.source.candidate({ candidate, sdpMid: '0' }));
  }

  getRemoteCandidates(): IceCandidate[] {
    return candidatesIn(this.source.descriptions.remote?.sdp).map((line) =>
      this.source.candidate({ candidate: line.replace(/^a=/, ''), sdpMid: '0' }),
    );
  }

  getSelectedCandidatePair(): { local: IceCandidate; remote: IceCandidate } | null {
    const pair = this.source.handle.selectedCandidatePair();
    if (!pair) return null;
    const shown = ({ candidate, mid }: { candidate: string; mid: string }) =>
      this.source.candidate({ candidate, sdpMid: mid });
    return { local: shown(pair.local), remote: shown(pair.remote) };
  }

  getLocalParameters(): IceParameters | null {
    return parametersIn(this.source.descriptions.local?.text);
  }

  getRemoteParameters(): IceParameters | null {
    return parametersIn(this.source.descriptions.remote?.text);
  }
}

/** The W3C's `RTCDtlsTransport` of a connection. */
export class RTCDtlsTransport extends Transport {
  readonly #ice: RTCIceTransport;

  constructor(key: symbol, source: TransportSource) {
    super(key, source);
    this.#ice = new RTCIceTransport(key, source);
  }

  get iceTransport(): RTCIceTransport {
    return this.#ice;
  }

  get state(): 'new' | 'connecting' | 'connected' | 'closed' | 'failed' {
    const state = this.source.states.now.connectionState;
    return state === 'disconnected' ? 'closed' : state;
  }

  /** For the statistics; by what both descriptions say of it (RFC 8842). @internal */
  get dtlsRole(): 'client' | 'server' | 'unknown' {
    const { local, remote } = this.source.descriptions.current;
    if (!local || !remote) return 'unknown';
    const answer = local.type === 'answer' ? local : remote;
    const isOurs = answer === local;
    return isOfDtlsClient(answer.text) === isOurs ? 'client' : 'server';
  }

  /** None: the library has the fingerprint of the peer's certificate only. */
  getRemoteCertificates(): ArrayBuffer[] {
    return [];
  }
}

/** The W3C's `RTCSctpTransport` of a connection. */
export class RTCSctpTransport extends Transport {
  readonly #dtls: RTCDtlsTransport;

  /** @internal */
  constructor(key: symbol, source: TransportSource, dtls: RTCDtlsTransport) {
    super(key, source);
    this.#dtls = dtls;
  }

  get transport(): RTCDtlsTransport {
    return this.#dtls;
  }

  get state(): 'connecting' | 'connected' | 'closed' {
    const { state } = this.#dtls;
    if (state === 'closed' || state === 'failed') return 'closed';
    return state === 'connected' ? 'connected' : 'connecting';
  }

  /** Bytes of a message that the peer takes, and the library sends. */
  get maxMessageSize(): number {
    return this.source.handle.maxMessageSize;
  }

  /** `null` before the connection is up. */
  get maxChannels(): number | null {
    return this.state === 'connected' ? this.source.handle.maxDataChannelId : null;
  }
}

/** The transports of a connection, which there are from the first description on that needs them. */
export class Transports {
  readonly #source: TransportSource;
  #dtls: RTCDtlsTransport | null = null;
  #sctp: RTCSctpTransport | null = null;
  #shown: readonly string[] = [];

  constructor(source: TransportSource) {
    this.#source = source;
  }

  get dtls(): RTCDtlsTransport | null {
    return this.#dtls;
  }

  get sctp(): RTCSctpTransport | null {
    return this.#sctp;
  }

  /** A description was set. */
  described(): void {
    const { concernsData, concernsMedia } = this.#source.descriptions;
    const before = [this.#dtls, this.#sctp];
    if (!concernsData && !concernsMedia) this.#dtls = null;
    else this.#dtls ??= new RTCDtlsTransport(CONSTRUCTION, this.#source);
    if (!concernsData || !this.#dtls) this.#sctp = null;
    else this.#sctp ??= new RTCSctpTransport(CONSTRUCTION, this.#source, this.#dtls);
    if (before[0] !== this.#dtls || before[1] !== this.#sctp) this.#shown = this.#states();
  }

  /** Fires the events of what has changed, the lowest transport first. */
  update(): void {
    const before = this.#shown;
    this.#shown = this.#states();
    const ice = this.#dtls?.iceTransport;
    const targets = [ice, ice, this.#dtls, this.#sctp];
    for (const [index, state] of this.#shown.entries()) {
      if (state !== before[index]) {
        targets[index]?.dispatchEvent(new Event(index === 0 ? 'gatheringstatechange' : 'statechange'));
      }
    }
  }

  #states(): readonly string[] {
    if (!this.#dtls) return [];
    const ice = this.#dtls.iceTransport;
    return [ice.gatheringState, ice.state, this.#dtls.state, this.#sctp?.state ?? ''];
  }
}

const ICE_EVENTS = ['statechange', 'gatheringstatechange', 'selectedcandidatepairchange'];
interfacePrototype('RTCIceTransport', RTCIceTransport, ICE_EVENTS);
interfacePrototype('RTCDtlsTransport', RTCDtlsTransport, ['statechange', 'error']);
interfacePrototype('RTCSctpTransport', RTCSctpTransport, ['statechange']);

interface IceParameters {
  readonly usernameFragment: string;
  readonly password: string;
}

function parametersIn(sdp = ''): IceParameters | null {
  const usernameFragment = usernameFragmentOf(sdp);
  const password = icePasswordOf(sdp);
  return usernameFragment && password ? { usernameFragment, password } : null;
}
