import type { RtcConfig } from 'node-datachannel';
import { RtcError } from '../../errors/rtc-error.js';
import type { PeerConnection as Connection } from '../../resources/connection/peer-connection.js';
import type { ConnectionState, GatheringState } from '../../resources/connection/peer-connection-events.js';
import type { RtcScope } from '../../runtime/rtc-scope.js';
import { closeInBackground } from '../close-in-background.js';
import { knownSettings, PEER_CONNECTION_SETTINGS } from '../known-settings.js';
import type { PolyfillApi } from '../polyfill-api.js';
import { asHandleInit, checkChannelSettings, DEFAULT_SETTINGS } from './channel-settings.js';
import {
  assertSameTransport,
  assertSupported,
  checkConfiguration,
  nativeConfiguration,
  shownConfiguration,
} from './configuration.js';
import { addRemoteCandidate, checkCandidate, hasUsableCandidate } from './remote-candidate.js';
import { ConnectionStates } from './connection-states.js';
import type { Descriptions } from './descriptions.js';
import {
  interfacePrototype,
  PEER_CONNECTION_EVENTS,
  RTCDataChannelEvent,
  RTCPeerConnectionIceEvent,
} from './rtc-events.js';
import { Gathering } from './gathering.js';
import { NegotiationNeeded, Operations } from './operations.js';
import { type ChannelOwner, RTCDataChannel } from './rtc-data-channel.js';
import { SendQueue } from './send-queue.js';
import { allowsTrickle } from '../../resources/sdp.js';
import { ShownDescriptions } from './shown-descriptions.js';
import { statsOf } from './stats.js';
import { RTCSctpTransport } from './transports.js';
import type * as w3c from './w3c-types.js';
import { dictionary, domException, oneOf, SDP_TYPES, shortText } from './web-idl.js';
import { afterTurn } from '../../time/clock.js';

/** Classes of the polyfill that are used as they are. */
type Classes = Pick<PolyfillApi, 'RTCError' | 'RTCIceCandidate' | 'RTCSessionDescription'>;

// Optional arguments have defaults, since libraries look at a method's `length` (`getStats` of simple-peer).
/** The W3C's `RTCPeerConnection`, for data channels, on a handle. `scopedWebRTC()` binds it to a scope. */
export abstract class RTCPeerConnection extends EventTarget {
  readonly #scope: RtcScope;
  readonly #handle: Connection;
  readonly #classes: Classes;
  readonly #gathering: Gathering;
  readonly #descriptions: Descriptions;
  readonly #operations: Operations;
  readonly #channelOwner: ChannelOwner;
  readonly #channels = new Set<RTCDataChannel>();
  #configuration: w3c.Configuration;
  readonly #states: ConnectionStates;
  readonly #negotiationNeeded: NegotiationNeeded;
  #channelsOpened = 0;
  #channelsClosed = 0;
  #canTrickle: boolean | null = null;
  readonly #shown: ShownDescriptions;
  #sctp: RTCSctpTransport | null = null;
  #wantsRestart = false;

  protected constructor(
    scope: RtcScope,
    classes: Classes,
    name: string,
    given: w3c.Configuration | null | undefined,
  ) {
    super();
    this.#configuration = checkConfiguration(given);
    assertSupported(this.#configuration);
    this.#classes = classes;
    const config = { ...nativeConfiguration(this.#configuration), disableAutoNegotiation: true };
    const known = knownSettings(config, 'configuration', PEER_CONNECTION_SETTINGS) as RtcConfig;
    const handle = scope.createPeerConnection(this.#configuration.peerIdentity ?? name, known);
    this.#scope = scope;
    this.#handle = handle;
    this.#states = new ConnectionStates(handle, (event) => {
      this.#sctp?.update();
      this.dispatchEvent(new Event(event));
    });
    this.#negotiationNeeded = new NegotiationNeeded(
      () => this.#isNegotiationNeeded(),
      () => void this.dispatchEvent(new Event('negotiationneeded')),
    );
    this.#gathering = new Gathering(handle, this.#states, (candidate) => this.#fireCandidate(candidate));
    this.#descriptions = this.#gathering.descriptions;
    this.#shown = new ShownDescriptions(
      this.#gathering,
      (init) => new classes.RTCSessionDescription(init as never) as never,
    );
    this.#operations = new Operations(
      () => this.signalingState === 'closed' || handle.state === 'closing' || handle.state === 'closed',
      () => this.#negotiationNeeded.update(),
    );
    this.#channelOwner = {
      queue: new SendQueue(scope),
      get maxMessageSize() {
        return handle.connectionState === 'connected' ? handle.maxMessageSize : undefined;
      },
      failure: (errorDetail, message) => new classes.RTCError({ errorDetail }, message),
    };
    handle.on('dataChannel', (channel) => this.#incoming(channel));
    handle.on('close', ({ by }) => this.#ended(by === 'owner' || by === 'local'));
  }

  get signalingState(): w3c.PeerConnection['signalingState'] {
    return this.#scope.signal.aborted ? 'closed' : this.#descriptions.state;
  }

  get connectionState(): ConnectionState {
    return this.#states.now.connectionState;
  }

  get iceConnectionState(): w3c.PeerConnection['iceConnectionState'] {
    return this.#states.now.iceConnectionState;
  }

  get iceGatheringState(): GatheringState {
    return this.#states.now.iceGatheringState;
  }

  get localDescription(): w3c.SessionDescription | null {
    return this.#shown.local(this.#descriptions.local);
  }

  get currentLocalDescription(): w3c.SessionDescription | null {
    return this.#shown.local(this.#descriptions.current.local);
  }

  get pendingLocalDescription(): w3c.SessionDescription | null {
    return this.#shown.local(this.#descriptions.pending.local);
  }

  get remoteDescription(): w3c.SessionDescription | null {
    return this.#shown.remote(this.#descriptions.remote);
  }

  get currentRemoteDescription(): w3c.SessionDescription | null {
    return this.#shown.remote(this.#descriptions.current.remote);
  }

  get pendingRemoteDescription(): w3c.SessionDescription | null {
    return this.#shown.remote(this.#descriptions.pending.remote);
  }

  get canTrickleIceCandidates(): boolean | null {
    return this.#canTrickle;
  }

  /** `null` until data channels were offered, by either side. */
  get sctp(): RTCSctpTransport | null {
    return this.#sctp;
  }

  createOffer(_options: object = {}): Promise<{ type: 'offer'; sdp: string }> {
    return this.#operations.run('createOffer()', () => ({
      type: 'offer',
      sdp: this.#descriptions.createOffer(),
    }));
  }

  createAnswer(_options: object = {}): Promise<{ type: 'answer'; sdp: string }> {
    return this.#operations.run('createAnswer()', () => ({
      type: 'answer',
      sdp: this.#descriptions.createAnswer(),
    }));
  }

  async setLocalDescription(description: w3c.LocalSessionDescriptionInit | null = null): Promise<void> {
    const given = dictionary(description, 'description');
    const type = given.type === undefined ? undefined : oneOf(given.type, 'description.type', SDP_TYPES);
    const sdp = String(given.sdp ?? '');
    await this.#operations.runInTask('setLocalDescription()', {
      check: () => this.#descriptions.checkLocal(type),
      operation: () => this.#describe(() => this.#descriptions.setLocal(type, sdp)),
    });
  }

  async setRemoteDescription(description: w3c.SessionDescriptionInit): Promise<void> {
    const given = dictionary(description, 'description');
    if (given.type === undefined) throw new TypeError('description.type is missing');
    const type = oneOf(given.type, 'description.type', SDP_TYPES);
    const sdp = String(given.sdp ?? '');
    await this.#operations.runInTask('setRemoteDescription()', {
      check: () => this.#descriptions.checkRemote(type, sdp),
      operation: () => {
        this.#describe(() => this.#descriptions.setRemote(type, sdp));
        this.#canTrickle = type === 'rollback' ? null : allowsTrickle(sdp);
      },
    });
  }

  async addIceCandidate(given: w3c.IceCandidateInit | null = null): Promise<void> {
    const candidate = checkCandidate(given);
    await this.#operations.run('addIceCandidate()', () => {
      addRemoteCandidate(this.#handle, this.#descriptions.remote, candidate);
      this.#noteCandidates();
    });
  }

  createDataChannel(given: string, init: w3c.DataChannelInit = {}): w3c.DataChannel {
    // oxlint-disable-next-line prefer-rest-params -- a missing label is a mistake, an `undefined` one is a text
    if (arguments.length === 0) throw new TypeError('createDataChannel(): label is missing');
    const label = shortText(given, 'label');
    const settings = checkChannelSettings(init);
    if (this.signalingState === 'closed') throw closedError('createDataChannel()');
    let channel: RTCDataChannel;
    try {
      const handle = this.#handle.createDataChannel(label, asHandleInit(settings));
      channel = RTCDataChannel.make(handle, this.#channelOwner, settings);
    } catch (error) {
      if (!(error instanceof RtcError)) throw error;
      throw domException('OperationError', error.message, error);
    }
    this.#own(channel);
    this.#negotiationNeeded.update();
    return channel as unknown as w3c.DataChannel;
  }

  getConfiguration(): w3c.Configuration {
    return shownConfiguration(this.#configuration);
  }

  /** Checked and shown; servers and policy of an existing connection do not change. */
  setConfiguration(configuration: w3c.Configuration = {}): void {
    if (this.signalingState === 'closed') throw closedError('setConfiguration()');
    const checked = checkConfiguration(configuration);
    assertSameTransport(this.#configuration, checked, this.#descriptions.local !== null);
    this.#configuration = checked;
  }

  async getStats(_selector: null = null): Promise<ReadonlyMap<string, object>> {
    return statsOf(this.#handle, this.#sctp, this.#channelsOpened, this.#channelsClosed);
  }

  /** Asks for a negotiation. The library keeps its credentials: it has no ICE restart. */
  restartIce(): void {
    if (this.signalingState === 'closed') return;
    this.#wantsRestart = true;
    this.#negotiationNeeded.update();
  }

  getSenders(): [] {
    return [];
  }

  getReceivers(): [] {
    return [];
  }

  getTransceivers(): [] {
    return [];
  }

  addTrack(): never {
    throw noMedia();
  }

  removeTrack(): never {
    throw noMedia();
  }

  addTransceiver(kind?: unknown): never {
    if (typeof kind === 'string') oneOf(kind, 'kind', ['audio', 'video']);
    throw noMedia();
  }

  /** Returns at once; what was sent is drained behind it. */
  close(): void {
    if (this.#descriptions.state === 'closed') return;
    this.#descriptions.close();
    this.#gathering.candidates.stop();
    this.#states.closed();
    afterTurn(() => this.#sctp?.update());
    for (const channel of this.#channels) channel.connectionClosed();
    const close = () => closeInBackground(this.#handle);
    const { emptied } = this.#channelOwner.queue;
    if (emptied) void emptied.then(close);
    else close();
  }

  #describe(step: () => void): void {
    const before = this.signalingState;
    step();
    this.#wantsRestart &&= this.signalingState !== 'have-local-offer';
    if (!this.#descriptions.concernsData) this.#sctp = null;
    else
      this.#sctp ??= RTCSctpTransport.make({
        handle: this.#handle,
        states: this.#states,
        descriptions: this.#descriptions,
        candidate: (init) => this.#candidate(init),
        localCandidates: () => this.#gathering.shown.map(({ candidate }) => candidate),
      });
    this.#noteCandidates();
    if (this.signalingState === 'stable') this.#negotiationNeeded.clear();
    if (this.signalingState !== before) this.dispatchEvent(new Event('signalingstatechange'));
    afterTurn(() => this.#gathering.update());
  }

  #noteCandidates(): void {
    if (!this.#states.awaitsCandidate) return;
    if (hasUsableCandidate(this.#descriptions.remote?.sdp)) this.#states.remoteCandidate();
  }

  #fireCandidate(init: w3c.IceCandidateInit | null): void {
    const candidate = init && this.#candidate(init);
    this.dispatchEvent(new RTCPeerConnectionIceEvent('icecandidate', { candidate }));
  }

  #ended(withScope: boolean): void {
    if (this.#descriptions.state === 'closed') return;
    this.#gathering.candidates.stop();
    if (withScope) this.#descriptions.close();
    // The channels have closed before, and their events come first: an application that closes the connection in them
    // gets no event of a failure.
    afterTurn(() => this.#states.ended(withScope));
  }

  #incoming(handle: Parameters<typeof RTCDataChannel.make>[0]): void {
    const channel = RTCDataChannel.make(handle, this.#channelOwner, DEFAULT_SETTINGS, true);
    this.#own(channel);
    this.dispatchEvent(new RTCDataChannelEvent('datachannel', { channel: channel as never }));
    channel.announce();
  }

  #own(channel: RTCDataChannel): void {
    this.#channels.add(channel);
    channel.addEventListener('open', () => (this.#channelsOpened += 1));
    channel.addEventListener('close', () => {
      this.#channels.delete(channel);
      this.#channelsClosed += 1;
    });
  }

  #isNegotiationNeeded(): boolean {
    if (this.signalingState !== 'stable' || !this.#operations.empty) return false;
    return this.#wantsRestart || (this.#channels.size > 0 && !this.#descriptions.hasData);
  }

  #candidate(init: w3c.IceCandidateInit): w3c.IceCandidate {
    return new this.#classes.RTCIceCandidate(init as never) as w3c.IceCandidate;
  }
}

interfacePrototype('RTCPeerConnection', RTCPeerConnection as never, PEER_CONNECTION_EVENTS);

const closedError = (what: string) => domException('InvalidStateError', `${what}: the connection is closed`);
const noMedia = () => domException('NotSupportedError', 'scoped-rtc/w3c has no media');
