import type { RtcConfig } from 'node-datachannel';
import type { PeerConnection as Connection } from '../../resources/connection/peer-connection.js';
import type { ConnectionState, GatheringState } from '../../resources/connection/peer-connection-events.js';
import type { RtcScope } from '../../runtime/rtc-scope.js';
import { closeInBackground } from '../close-in-background.js';
import { knownSettings, PEER_CONNECTION_SETTINGS } from '../known-settings.js';
import type { PolyfillApi } from '../polyfill-api.js';
import { asHandleInit, checkChannelSettings, DEFAULT_SETTINGS } from './channel-settings.js';
import {
  changedConfiguration,
  assertSupported,
  checkConfiguration,
  nativeConfiguration,
  shownConfiguration,
} from './configuration.js';
import { addRemoteCandidate, checkCandidate, hasUsableCandidate } from './remote-candidate.js';
import { ConnectionStates } from './connection-states.js';
import { type Descriptions, translated } from './descriptions.js';
import {
  interfacePrototype,
  PEER_CONNECTION_EVENTS,
  RTCDataChannelEvent,
  RTCPeerConnectionIceEvent,
} from './rtc-events.js';
import { Gathering } from './gathering.js';
import { NegotiationNeeded, Operations } from './operations.js';
import { OwnChannels } from './own-channels.js';
import { type ChannelOwner, RTCDataChannel } from './rtc-data-channel.js';
import { SendQueue } from './send-queue.js';
import { allowsTrickle } from '../../resources/sdp.js';
import { ShownDescriptions } from './shown-descriptions.js';
import { statsOf } from './stats.js';
import { type TransceiverInit, Transceivers } from './transceivers.js';
import { type RTCSctpTransport, Transports } from './transports.js';
import type { MediaStream, MediaStreamTrack } from './media-stream-track.js';
import type { RTCRtpReceiver, RTCRtpSender, RTCRtpTransceiver } from './rtc-rtp-transceiver.js';
import type * as w3c from './w3c-types.js';
import { dictionary, domException, domString, oneOf, SDP_TYPES, shortText } from './web-idl.js';
import { afterTurn } from '../../time/clock.js';

/** Classes of the polyfill that are used as they are. */
type Classes = Pick<PolyfillApi, 'RTCError' | 'RTCIceCandidate' | 'RTCSessionDescription'>;

// Optional arguments have defaults, since libraries look at a method's `length` (`getStats` of simple-peer).
/** The W3C's `RTCPeerConnection` on a handle. `scopedWebRTC()` binds it to a scope. */
export abstract class RTCPeerConnection extends EventTarget {
  readonly #scope: RtcScope;
  readonly #handle: Connection;
  readonly #classes: Classes;
  readonly #gathering: Gathering;
  readonly #descriptions: Descriptions;
  readonly #operations: Operations;
  readonly #channelOwner: ChannelOwner;
  readonly #channels = new OwnChannels();
  #configuration: w3c.Configuration;
  readonly #states: ConnectionStates;
  readonly #negotiationNeeded: NegotiationNeeded;
  #canTrickle: boolean | null = null;
  readonly #shown: ShownDescriptions;
  readonly #transports: Transports;
  readonly #transceivers: Transceivers;
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
      this.#transports.update();
      this.dispatchEvent(new Event(event));
    });
    this.#negotiationNeeded = new NegotiationNeeded(
      () => this.#isNegotiationNeeded(),
      () => void this.dispatchEvent(new Event('negotiationneeded')),
    );
    this.#transceivers = this.#makeTransceivers();
    this.#gathering = new Gathering(handle, this.#states, this.#transceivers, (init) => {
      const candidate = init && this.#candidate(init);
      this.dispatchEvent(new RTCPeerConnectionIceEvent('icecandidate', { candidate }));
    });
    this.#descriptions = this.#gathering.descriptions;
    this.#transports = new Transports({
      handle,
      states: this.#states,
      descriptions: this.#descriptions,
      candidate: (init) => this.#candidate(init),
      localCandidates: () => this.#gathering.shown.map(({ candidate }) => candidate),
    });
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
    return this.#transports.sctp;
  }

  createOffer(options: object = {}): Promise<{ type: 'offer'; sdp: string }> {
    return this.#operations.run('createOffer()', () => {
      this.#transceivers.offerToReceive(options);
      return this.#transceivers.settled(() => ({ type: 'offer', sdp: this.#descriptions.createOffer() }));
    });
  }

  createAnswer(_options: object = {}): Promise<{ type: 'answer'; sdp: string }> {
    return this.#operations.run('createAnswer()', () =>
      this.#transceivers.settled(() => ({ type: 'answer', sdp: this.#descriptions.createAnswer() })),
    );
  }

  async setLocalDescription(description: w3c.LocalSessionDescriptionInit | null = null): Promise<void> {
    const given = dictionary(description, 'description');
    const type = given.type === undefined ? undefined : oneOf(given.type, 'description.type', SDP_TYPES);
    const sdp = domString(given.sdp ?? '', 'description.sdp');
    await this.#operations.runInTask('setLocalDescription()', {
      check: () => this.#descriptions.checkLocal(type),
      operation: () =>
        this.#transceivers.settled(() => this.#describe(() => this.#descriptions.setLocal(type, sdp))),
    });
  }

  async setRemoteDescription(description: w3c.SessionDescriptionInit): Promise<void> {
    const given = dictionary(description, 'description');
    if (given.type === undefined) throw new TypeError('description.type is missing');
    const type = oneOf(given.type, 'description.type', SDP_TYPES);
    const sdp = domString(given.sdp ?? '', 'description.sdp');
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
    const handle = translated(() => this.#handle.createDataChannel(label, asHandleInit(settings)));
    const channel = RTCDataChannel.make(handle, this.#channelOwner, settings);
    this.#channels.add(channel);
    this.#negotiationNeeded.update();
    return channel as unknown as w3c.DataChannel;
  }

  getConfiguration(): w3c.Configuration {
    return shownConfiguration(this.#configuration);
  }

  /** Checked and shown; servers and policy of an existing connection do not change. */
  setConfiguration(configuration: w3c.Configuration = {}): void {
    if (this.signalingState === 'closed') throw closedError('setConfiguration()');
    const isDescribed = this.#descriptions.local !== null;
    this.#configuration = changedConfiguration(this.#configuration, configuration, isDescribed);
  }

  async getStats(_selector: null = null): Promise<ReadonlyMap<string, object>> {
    return statsOf(this.#handle, this.#transports.dtls, this.#channels);
  }

  /** Asks for a negotiation. The library keeps its credentials: it has no ICE restart. */
  restartIce(): void {
    if (this.signalingState === 'closed') return;
    this.#wantsRestart = true;
    this.#negotiationNeeded.update();
  }

  getSenders(): RTCRtpSender[] {
    return this.#transceivers.senders;
  }

  getReceivers(): RTCRtpReceiver[] {
    return this.#transceivers.receivers;
  }

  getTransceivers(): RTCRtpTransceiver[] {
    return this.#transceivers.transceivers;
  }

  addTrack(track: MediaStreamTrack, ...streams: MediaStream[]): RTCRtpSender {
    return this.#transceivers.addTrack(track, streams);
  }

  removeTrack(sender: RTCRtpSender): void {
    this.#transceivers.removeTrack(sender);
  }

  addTransceiver(trackOrKind: MediaStreamTrack | string, init: TransceiverInit = {}): RTCRtpTransceiver {
    return this.#transceivers.addTransceiver(trackOrKind, init);
  }

  /** Returns at once; what was sent is drained behind it. */
  close(): void {
    if (this.#descriptions.state === 'closed') return;
    this.#descriptions.close();
    this.#transceivers.close();
    this.#gathering.candidates.stop();
    this.#states.closed();
    afterTurn(() => this.#transports.update());
    this.#channels.connectionClosed();
    const close = () => closeInBackground(this.#handle);
    const { emptied } = this.#channelOwner.queue;
    if (emptied) void emptied.then(close);
    else close();
  }

  #makeTransceivers(): Transceivers {
    return new Transceivers({
      handle: this.#handle,
      isClosed: () => this.signalingState === 'closed',
      descriptions: () => this.#descriptions,
      changed: () => this.#negotiationNeeded.update(),
      run: (what, operation) => this.#operations.run(what, operation),
      stats: () => this.getStats(),
      transport: () => this.#transports.dtls,
      fire: (event) => void this.dispatchEvent(event),
    });
  }

  #describe(step: () => void): void {
    const before = this.signalingState;
    step();
    this.#wantsRestart &&= this.signalingState !== 'have-local-offer';
    this.#transports.described();
    this.#noteCandidates();
    if (this.signalingState === 'stable') this.#negotiationNeeded.clear();
    if (this.signalingState !== before) this.dispatchEvent(new Event('signalingstatechange'));
    this.#transceivers.flush();
    afterTurn(() => this.#gathering.update());
  }

  #noteCandidates(): void {
    if (!this.#states.awaitsCandidate) return;
    if (hasUsableCandidate(this.#descriptions.remote?.sdp)) this.#states.remoteCandidate();
  }

  #ended(withScope: boolean): void {
    if (this.#descriptions.state === 'closed') return;
    this.#gathering.candidates.stop();
    if (withScope) {
      this.#descriptions.close();
      this.#transceivers.close();
    }
    // The channels have closed before, and their events come first: an application that closes the connection in them
    // gets no event of a failure.
    afterTurn(() => this.#states.ended(withScope));
  }

  #incoming(handle: Parameters<typeof RTCDataChannel.make>[0]): void {
    const channel = RTCDataChannel.make(handle, this.#channelOwner, DEFAULT_SETTINGS, true);
    this.#channels.add(channel);
    this.dispatchEvent(new RTCDataChannelEvent('datachannel', { channel: channel as never }));
    channel.announce();
  }

  #isNegotiationNeeded(): boolean | undefined {
    if (this.signalingState !== 'stable' || !this.#operations.empty) return undefined;
    if (this.#wantsRestart || this.#transceivers.isNegotiationNeeded) return true;
    return this.#channels.size > 0 && !this.#descriptions.hasData;
  }

  #candidate(init: w3c.IceCandidateInit): w3c.IceCandidate {
    return new this.#classes.RTCIceCandidate(init as never) as w3c.IceCandidate;
  }
}

interfacePrototype('RTCPeerConnection', RTCPeerConnection as never, PEER_CONNECTION_EVENTS);

const closedError = (what: string) => domException('InvalidStateError', `${what}: the connection is closed`);
