import type { Engine } from '../engine/engine.js';
import { CLOSE_ANSWER_MS } from '../engine/release-ledger.js';
import { bounded, Latch } from '../engine/wait.js';
import { RtcInvalidStateError, RtcNativeError } from '../errors/kinds.js';
import type { NativeDataChannel, NativePeerConnection } from '../native/binding.js';
import { guardCallback } from '../native/firewall.js';
import { callNative } from '../native/guard.js';
import { validateCandidate } from '../native/validate/candidate.js';
import { type DataChannelInit, validateDataChannelInit } from '../native/validate/data-channel-init.js';
import {
  type LocalDescriptionInit,
  validateDescription,
  validateDescriptionType,
  validateLocalDescriptionInit,
} from '../native/validate/description.js';
import type { Deadline } from '../scope/deadline.js';
import { type OwnedNode, TREE_NODE } from '../scope/node.js';
import { checkBounds, type WaitOptions } from '../scope/scope-options.js';
import { type ChannelOptions, splitChannelOptions } from './channel-options.js';
import { ConnectionChannels } from './connection-channels.js';
import type { DataChannel } from './data-channel.js';
import { answerAsDtlsServer, asOffered } from './dtls-role.js';
import { type CloseInfo, Handle, type HandleFigures } from './handle.js';
import type {
  CandidatePair,
  ConnectionState,
  DescriptionType,
  Fingerprint,
  GatheringState,
  IceConnectionState,
  SessionDescription,
  SignalingState,
} from './peer-connection-state.js';
import { PendingEvents } from './pending-events.js';

export interface PeerConnectionEvents {
  /** A local description to send to the peer. Waits for its first listener. */
  localDescription: [description: SessionDescription];
  /** A local candidate to send to the peer. Waits for its first listener. */
  localCandidate: [candidate: string, mid: string];
  stateChange: [state: ConnectionState];
  iceStateChange: [state: IceConnectionState];
  signalingStateChange: [state: SignalingState];
  gatheringStateChange: [state: GatheringState];
  /** The peer opened a channel. It is owned by the connection already; waits for its first listener. */
  dataChannel: [channel: DataChannel];
  /** The connection failed; it closes right after. */
  error: [error: Error];
  close: [info: CloseInfo];
}

/**
 * A WebRTC peer connection, owned by a scope. It owns its channels: they are drained and closed before it.
 *
 * `state` is that of the handle; `connectionState` and its neighbours are those of the W3C API.
 */
export class PeerConnection extends Handle<PeerConnectionEvents> {
  readonly #native: NativePeerConnection;
  readonly #record;
  readonly #connected = new Latch<this>();
  readonly #closedSeen = new Latch<void>();
  readonly #pending: PendingEvents;
  readonly #hooked = new Set<string>();
  readonly #channels: ConnectionChannels;
  #negotiable = false;
  #answersAsServer = false;

  /** Made by `scope.createPeerConnection()`. @internal */
  constructor(
    engine: Engine,
    owner: OwnedNode,
    name: string,
    native: NativePeerConnection,
    signal?: AbortSignal,
  ) {
    super(engine, owner, 'PeerConnection', name, signal);
    this.#native = native;
    this.#record = engine.ledger.hold('PeerConnection', native, () => this.path);
    this.#pending = new PendingEvents(
      (event) => this.hasListener(event),
      (event, args) => this.emit(event, ...args),
    );
    this.#channels = new ConnectionChannels(engine, this[TREE_NODE], native, this.#record);
    native.onStateChange(this.#guard((state: string) => this.#onState(state as ConnectionState)));
    // Always: a channel of the peer that nobody takes up blocks a thread of the library (H17).
    native.onDataChannel(this.#guard((channel: NativeDataChannel) => this.#onDataChannel(channel)));
  }

  /** Resolves when the connection is up; rejects when it fails, is closed before, or with `RTC_TIMEOUT`. */
  connected(options?: WaitOptions): Promise<this> {
    try {
      checkBounds(options, 'connected()');
    } catch (error) {
      return Promise.reject(error);
    }
    return bounded(this.#connected.promise, options, this.engine.clock, this.path, 'connecting');
  }

  /**
   * Creates a channel owned by this connection; without `disableAutoNegotiation` the first one makes the
   * connection offer. The label is also the name in the tree.
   */
  createDataChannel(label: string, options?: DataChannelInit & ChannelOptions): DataChannel {
    const [channelOptions, rest] = splitChannelOptions(options, 'options');
    const { label: checkedLabel, init } = validateDataChannelInit(label, rest, 'options');
    this.assertCanOwn('createDataChannel()');
    if (init?.id !== undefined) this.#channels.assertFree(init.id);
    this.#hookNegotiation();
    const native = this.#call('createDataChannel', () =>
      init === undefined
        ? this.#native.createDataChannel(checkedLabel)
        : this.#native.createDataChannel(checkedLabel, init),
    );
    this.#negotiable = true;
    return this.#channels.own(native, init?.negotiated ? 'negotiated' : 'created', channelOptions);
  }

  /**
   * Makes an offer or an answer, as the state asks for or as `type` says, and emits `localDescription`.
   * Throws `RTC_INVALID_STATE` where the state does not allow it or there is nothing to negotiate.
   */
  setLocalDescription(type?: DescriptionType, init?: LocalDescriptionInit): void {
    const checkedType = validateDescriptionType(type);
    const checkedInit = validateLocalDescriptionInit(init);
    this.assertUsable('setLocalDescription()');
    this.#assertMayDescribe(checkedType);
    this.#hookNegotiation();
    this.#call('setLocalDescription', () =>
      checkedInit === undefined
        ? this.#native.setLocalDescription(checkedType)
        : this.#native.setLocalDescription(checkedType, checkedInit),
    );
  }

  /** Takes the peer's description. `RTC_NATIVE` when the library refuses it; nothing has changed then. */
  setRemoteDescription(description: SessionDescription): void;
  setRemoteDescription(sdp: string, type: DescriptionType): void;
  setRemoteDescription(first: string | SessionDescription, second?: DescriptionType): void {
    const given = typeof first === 'object' && first !== null ? first : { sdp: first, type: second };
    const { sdp, type } = validateDescription(given.sdp, given.type, given === first ? 'description' : '');
    this.assertUsable('setRemoteDescription()');
    this.#hookNegotiation();
    const offered = type === 'offer' || (type === 'unspec' && this.signalingState === 'stable');
    // Only the first negotiation settles the roles; later offers must not contradict them.
    const isFirst = this.#native.remoteDescription() === null && this.#native.localDescription() === null;
    const text = offered && isFirst ? answerAsDtlsServer(sdp) : sdp;
    this.#call('setRemoteDescription', () => this.#native.setRemoteDescription(text, type));
    if (offered && isFirst) this.#answersAsServer = text !== sdp;
    this.#negotiable = true;
  }

  /**
   * Takes a candidate of the peer. `RTC_INVALID_STATE` before there is a remote description; `RTC_NATIVE` when
   * it is malformed.
   */
  addRemoteCandidate(candidate: string, mid: string): void {
    const checked = validateCandidate(candidate, mid);
    this.assertUsable('addRemoteCandidate()');
    if (this.#native.remoteDescription() === null) {
      throw new RtcInvalidStateError('a candidate came before the remote description; keep it until then', {
        path: this.path,
      });
    }
    this.#call('addRemoteCandidate', () => this.#native.addRemoteCandidate(checked.candidate, checked.mid));
  }

  localDescription(): SessionDescription | null {
    return this.#read(() => this.#native.localDescription(), null);
  }

  remoteDescription(): SessionDescription | null {
    const description = this.#read(() => this.#native.remoteDescription(), null);
    if (!description || !this.#answersAsServer || description.type !== 'offer') return description;
    return { type: description.type, sdp: asOffered(description.sdp) };
  }

  get connectionState(): ConnectionState {
    return this.#read(() => this.#native.state(), 'closed');
  }

  get iceState(): IceConnectionState {
    return this.#read(() => this.#native.iceState(), 'closed');
  }

  get signalingState(): SignalingState {
    return this.#read(() => this.#native.signalingState(), 'closed');
  }

  get gatheringState(): GatheringState {
    return this.#read(() => this.#native.gatheringState(), 'complete');
  }

  /** True when the local description has audio or video. */
  hasMedia(): boolean {
    return this.#read(() => this.#native.hasMedia(), false);
  }

  /** Bytes of payload sent over SCTP. */
  bytesSent(): number {
    return this.#read(() => this.#native.bytesSent(), 0);
  }

  /** Bytes of payload received over SCTP. */
  bytesReceived(): number {
    return this.#read(() => this.#native.bytesReceived(), 0);
  }

  /** Round-trip time in milliseconds as SCTP measures it, or `undefined` before it did. */
  rtt(): number | undefined {
    const ms = this.#read(() => this.#native.rtt(), -1);
    return ms < 0 ? undefined : ms;
  }

  /** The candidates in use, or `null` before ICE settled on a pair. */
  selectedCandidatePair(): CandidatePair | null {
    return this.#read(() => this.#native.getSelectedCandidatePair(), null);
  }

  /** Fingerprint of the peer's certificate, or `undefined` before there is one. */
  remoteFingerprint(): Fingerprint | undefined {
    const fingerprint = this.#read(() => this.#native.remoteFingerprint(), undefined);
    return typeof fingerprint === 'object' && fingerprint.value !== '' ? fingerprint : undefined;
  }

  /** Highest stream id that a channel can have. */
  maxDataChannelId(): number {
    return this.#read(() => this.#native.maxDataChannelId(), 0);
  }

  /** Bytes that one message may have, as far as it is agreed. */
  maxMessageSize(): number {
    return this.#read(() => this.#native.maxMessageSize(), 0);
  }

  protected override onFirstListener(event: string): void {
    this.#hook(event);
    this.#pending.flush(event);
  }

  protected override onClosing(): void {
    this.#connected.reject(this.closedError('connected()'));
  }

  protected override figures(): HandleFigures {
    return { bytesSent: this.bytesSent(), bytesReceived: this.bytesReceived() };
  }

  protected override drainNative(deadline: Deadline): Promise<void> | undefined {
    return this.#channels.arrival(deadline)?.then(() => {});
  }

  protected override releaseNative(deadline: Deadline): Promise<boolean> | boolean {
    if (this.#record.state !== 'held') return true;
    this.#record.close();
    if (this.#closedSeen.settled) {
      this.#record.released();
      return true;
    }
    return deadline.within(this.#closedSeen.promise, CLOSE_ANSWER_MS);
  }

  #onState(state: ConnectionState): void {
    if (state === 'closed') {
      this.#closedSeen.resolve();
      if (this.#record.state === 'closed') this.#record.released();
    }
    if (this.state === 'closed') return;
    this.emit('stateChange', state);
    if (state === 'connected') {
      this.markOpen();
      this.#connected.resolve(this);
    } else if (state === 'failed') {
      const error = new RtcNativeError(
        'the connection failed: no path to the peer, or the handshake failed',
        {
          path: this.path,
        },
      );
      this.fail(error, this.engine.teardownTimeout);
    } else if (state === 'closed') {
      this.end('remote', undefined, this.engine.teardownTimeout);
    }
  }

  #onDataChannel(native: NativeDataChannel): void {
    if (this[TREE_NODE].inTeardown) {
      this.#channels.refuse(native);
      return;
    }
    const [options] = splitChannelOptions(undefined, 'options');
    this.#pending.emit('dataChannel', this.#channels.own(native, 'incoming', options));
  }

  /** The library says these once, as soon as it is asked for something; nobody may be listening yet. */
  #hookNegotiation(): void {
    this.#hook('localDescription');
    this.#hook('localCandidate');
  }

  /** Registers a native callback when it is first needed: each costs every wake-up of the process (H15). */
  #hook(event: string): void {
    const native = this.#native;
    if (this.#hooked.has(event) || this.#record.state !== 'held') return;
    this.#hooked.add(event);
    const tell = (...args: unknown[]) => this.#pending.emit(event, ...args);
    if (event === 'localDescription')
      native.onLocalDescription(this.#guard((sdp, type) => tell({ type, sdp })));
    else if (event === 'localCandidate') native.onLocalCandidate(this.#guard(tell));
    else if (event === 'iceStateChange') native.onIceStateChange(this.#guard(tell));
    else if (event === 'signalingStateChange') native.onSignalingStateChange(this.#guard(tell));
    else if (event === 'gatheringStateChange') native.onGatheringStateChange(this.#guard(tell));
  }

  /** The library ends the process for these (H10). */
  #assertMayDescribe(type: DescriptionType): void {
    const { signalingState } = this;
    const refuse = (why: string) => {
      throw new RtcInvalidStateError(`setLocalDescription(${type}) is not possible: ${why}`, {
        path: this.path,
      });
    };
    if (type === 'rollback') return;
    const answers = signalingState === 'have-remote-offer' || signalingState === 'have-local-pranswer';
    if ((type === 'answer' || type === 'pranswer') && !answers)
      refuse(`the signaling state is ${signalingState}`);
    if (type === 'offer' && signalingState !== 'stable') refuse(`the signaling state is ${signalingState}`);
    if (type === 'unspec' && !answers && signalingState !== 'stable') {
      refuse(`the signaling state is ${signalingState}`);
    }
    if (!this.#negotiable) refuse('there is no channel or track to negotiate');
  }

  #guard<A extends unknown[]>(callback: (...args: A) => void): (...args: A) => void {
    return guardCallback(() => this.path, callback);
  }

  #call<T>(what: string, call: () => T): T {
    return callNative(this.path, what, call);
  }

  #read<T>(read: () => T, closed: T): T {
    return this.#record.state === 'held' ? read() : closed;
  }
}
