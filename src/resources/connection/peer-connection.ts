import type { LibraryContext } from '../../library/library-context.js';
import { callsMade } from '../../time/clock.js';
import { bounded, Deferred, started } from '../../time/wait.js';
import type { ConnectionProgress } from '../../errors/rtc-error.js';
import { connectionFailed, progressOf, whyNotConnected, ConnectionStatus } from './connection-status.js';
import type { NativeDataChannel, NativePeerConnection } from '../../native/binding.js';
import { guardCallback } from '../../native/firewall.js';
import { readOptions } from '../../arguments/argument.js';
import {
  type LocalDescriptionInit,
  validateCandidate,
  validateDescriptionType,
  validateLocalDescriptionInit,
  validateRemoteDescription,
} from '../../native/validate/description.js';
import { type DataChannelInit, validateDataChannelInit } from '../../native/validate/data-channel-init.js';
import { type Deadline, checkBounds, type WaitOptions } from '../../time/deadline.js';
import { type OwnedNode, TREE_NODE } from '../../scope/node.js';
import {
  type ChannelOptions,
  type CheckedChannelOptions,
  splitChannelOptions,
} from '../channel/channel-options.js';
import { type ConnectionChannelOptions, ConnectionChannels } from './connection-channels.js';
import { Arrivals, type NextChannelOptions, type NextTrackOptions } from './arrivals.js';
import { ConnectionTracks, type Media } from '../media/connection-tracks.js';
import type { DataChannel } from '../data-channel/data-channel.js';
import type { MediaTrack } from '../media/media-track.js';
import { DescriptionExchange } from './negotiation/description-exchange.js';
import { checkNegotiateArguments, type NegotiateOptions, Negotiation } from './negotiation/negotiation.js';
import { type CompleteDescription, OneShot, type OneShotOptions } from './negotiation/one-shot.js';
import type { Signaling } from './negotiation/signaling.js';
import {
  NEGOTIATION_EVENTS,
  TAKEN_OVER,
  type ConnectionState,
  type DescriptionType,
  type SessionDescription,
} from './peer-connection-events.js';
import type { IceServers } from './servers/ice-servers.js';
import { PendingEvents } from '../emitter.js';

export interface ConnectionOptions extends ConnectionChannelOptions {
  readonly signal?: AbortSignal | undefined;
  /** Without `disableAutoNegotiation`. */
  readonly negotiatesItself?: boolean;
  readonly servers?: IceServers;
}

/** A WebRTC peer connection, owned by a scope. It owns its channels: they are drained and closed before it. */
export class PeerConnection extends ConnectionStatus {
  readonly #connected = new Deferred<this>();
  readonly #pending: PendingEvents;
  readonly #arrivals: Arrivals;
  readonly #channels: ConnectionChannels;
  readonly #tracks: ConnectionTracks;
  readonly #exchange: DescriptionExchange;
  readonly #negotiatesItself: boolean;
  #negotiation: Negotiation | undefined;
  /** The STUN and TURN servers, and what came of each; none of a connection that was adopted. @internal */
  readonly servers: IceServers | undefined;

  /** Made by `scope.createPeerConnection()`. @internal */
  constructor(
    context: LibraryContext,
    owner: OwnedNode,
    name: string,
    native: NativePeerConnection,
    options: ConnectionOptions | null = {},
  ) {
    super(context, owner, name, native, options?.signal);
    this.#negotiatesItself = options?.negotiatesItself ?? true;
    this.servers = options?.servers;
    this[TREE_NODE].ending.onSettled(() => this.servers?.end());
    this.#pending = new PendingEvents(
      (event) => this.hasListener(event),
      (event, args) => {
        // Events of the negotiation are useless while the connection ends, and their handlers would use what ends with it.
        if (!this[TREE_NODE].inTeardown || !NEGOTIATION_EVENTS.has(event)) this.dispatch(event, ...args);
      },
    );
    this.#arrivals = new Arrivals(this.#pending, context.clock, this.record.path);
    const channels = { ...options, untaken: () => this.#arrivals.untaken };
    this.#channels = new ConnectionChannels(context, this[TREE_NODE], native, this.record, channels);
    this.#tracks = new ConnectionTracks(context, this[TREE_NODE], native, this.record, () => {
      if (this.#negotiatesItself && this.remoteDescription()) this.#exchange.oweOffer();
    });
    this.#exchange = new DescriptionExchange(
      this,
      context,
      native,
      this.record,
      this.#pending,
      this.#channels,
      this.#tracks,
    );
    native.onStateChange(this.#guard((state: string) => this.#onState(state as ConnectionState)));
    // Always: a channel of the peer that nobody accepts blocks a thread of the library (H17).
    native.onDataChannel(this.#guard((channel: NativeDataChannel) => this.#onDataChannel(channel)));
  }

  /** Resolves when the connection is up; rejects when it fails, is closed before, or with `RTC_TIMEOUT`. */
  connected(options?: WaitOptions): Promise<this> {
    return started(() => {
      const bounds = checkBounds(options, 'connected()');
      if (this.state === 'closed' && !this.#connected.resolved) throw this.closedError('connected()');
      return bounded(this.#connected, bounds, this.context.clock, this.path, 'connecting', () => {
        const why = this.#why();
        this.context.trace.note('waited', this.path, `not connected: ${why.reason}`);
        return why;
      });
    });
  }

  /**
   * Creates a channel owned by this connection; without `disableAutoNegotiation` the first one makes the
   * connection offer. The label is also the name in the tree. May block for up to 8 ms while the connection comes up
   * (H51). `RTC_INVALID_STATE` where `id` is in use; this package uses 1021 itself, or 1020.
   *
   * A `negotiated` channel opens when the peer has made its half, too, or after a second. A peer without this package does
   * not say so: make the channel on both sides before connecting, or its first message is lost together with the channel.
   */
  createDataChannel(label: string, options?: DataChannelInit & ChannelOptions): DataChannel {
    const [channelOptions, rest] = splitChannelOptions(options, 'options');
    const { label: checkedLabel, init } = validateDataChannelInit(label, rest, 'options');
    this.assertCanOwn('createDataChannel()');
    this.#exchange.hook();
    const channel = this.#channels.create(checkedLabel, init, channelOptions);
    this.#exchange.negotiable = true;
    return channel;
  }

  /**
   * Adds audio or video: `{ kind: 'video', codecs: [{ codec: 'H264', payloadType: 96 }] }`, or an `Audio` or `Video` of
   * node-datachannel. `negotiate` makes one offer for all tracks of a turn; by hand call `setLocalDescription()`.
   * The track is named after its media section. Throws `RTC_INVALID_STATE` when a track has the same `mid`.
   */
  addTrack(media: Media, options?: ChannelOptions): MediaTrack {
    const [channelOptions, rest] = splitChannelOptions(options, 'options');
    readOptions(rest ?? {}, 'options', {});
    const checked = this.#tracks.check(media);
    this.assertCanOwn('addTrack()');
    const track = this.#tracks.add(checked, channelOptions);
    this.#exchange.negotiable = true;
    if (this.#negotiatesItself && this.#negotiation?.active) this.#exchange.oweOffer();
    return track;
  }

  /**
   * The next channel that the peer opens, or the oldest one that no listener or call has taken yet; only with that `label`
   * where it is given. Channels that the peer made before the connection came up arrive in the opposite order: tell them apart by label.
   * Rejects with `RTC_TIMEOUT`, `RTC_ABORTED`, and `RTC_CLOSING` or `RTC_CLOSED` when the connection ends first.
   */
  nextDataChannel(options?: NextChannelOptions): Promise<DataChannel> {
    return this.#arrivals.nextChannel(options, this.#assertUsable);
  }

  /** The next track that the peer adds, as `nextDataChannel`; by `mid` or by kind where these are given. */
  nextTrack(options?: NextTrackOptions): Promise<MediaTrack> {
    this.#listenForTracks();
    return this.#arrivals.nextTrack(options, this.#assertUsable);
  }

  /**
   * Makes an offer or an answer, as the state asks for or as `type` says, and emits `localDescription`.
   * Throws `RTC_INVALID_STATE` where the state does not allow it or there is nothing to negotiate.
   */
  setLocalDescription(type?: DescriptionType, init?: LocalDescriptionInit): void {
    const checkedType = validateDescriptionType(type);
    const checkedInit = validateLocalDescriptionInit(init);
    this.assertUsable('setLocalDescription()');
    this.#exchange.describe(checkedType, checkedInit);
  }

  /** Takes the peer's description. `RTC_NATIVE` when the library refuses it; nothing has changed then. */
  setRemoteDescription(description: SessionDescription): void;
  setRemoteDescription(sdp: string, type: DescriptionType): void;
  setRemoteDescription(first: string | SessionDescription, second?: DescriptionType): void {
    const { sdp, type } = validateRemoteDescription(first, second);
    this.assertUsable('setRemoteDescription()');
    this.#exchange.take(sdp, type);
  }

  /**
   * Takes a candidate of the peer. `RTC_INVALID_STATE` before there is a remote description; `RTC_NATIVE` when
   * it is malformed.
   */
  addRemoteCandidate(candidate: string, mid: string): void {
    const checked = validateCandidate(candidate, mid);
    this.assertUsable('addRemoteCandidate()');
    this.#exchange.takeCandidate(checked.candidate, checked.mid);
  }

  /**
   * Connects to the peer at the other end of `signaling`: exchanges descriptions and candidates, settles offers
   * that cross, and goes on doing so until the signaling or the connection closes. Resolves when the connection is
   * up. At least one side needs a channel. From now on the connection is torn down before `signaling.handle`.
   *
   * Rejects with `RTC_NATIVE` when the connection fails (it closes then), `RTC_CLOSED` when the signaling ends too
   * early, `RTC_TIMEOUT` or `RTC_ABORTED`: with these three it may be tried again, also over another signaling.
   * `RTC_INVALID_STATE` while another negotiation goes on.
   */
  negotiate(signaling: Signaling, options: NegotiateOptions = {}): Promise<this> {
    return started(() => {
      const { bounds, polite } = checkNegotiateArguments(signaling, options);
      this.assertUsable('negotiate()');
      this.#negotiation?.assertOver();
      this.#negotiation = new Negotiation(this, this.context, signaling, polite);
      return this.#negotiation.connected(bounds).then(() => this);
    });
  }

  /**
   * One-shot signaling, where a message costs a request (HTTP, WHIP) or a human (copy and paste): a complete offer, with
   * its candidates in it. Make a channel or track before. The peer gives back what its `answer(offer)`, or a browser,
   * makes of it, and `accept(answer)` takes that; then await `connected()`.
   *
   * Rejects with `RTC_INVALID_STATE` while `negotiate` goes on or where there is nothing to offer, `RTC_TIMEOUT`,
   * `RTC_ABORTED`, and `RTC_CLOSING` or `RTC_CLOSED` when the connection ends first.
   */
  offer(options?: OneShotOptions): Promise<CompleteDescription<'offer'>> {
    return this.#oneShot.offer(options);
  }

  /**
   * Takes a complete offer and makes the complete answer to it, which has to reach the peer within some 30 seconds: its
   * paths are checked for no longer. Rejects as `offer` does, with `RTC_NATIVE` where the library refuses the offer.
   */
  answer(offer: SessionDescription, options?: OneShotOptions): Promise<CompleteDescription<'answer'>> {
    return this.#oneShot.answer(offer, options);
  }

  /**
   * Takes the answer to `offer()`. `RTC_INVALID_STATE` where none is awaited, `RTC_NATIVE` when the library refuses it;
   * nothing has changed then.
   */
  accept(answer: SessionDescription): void {
    this.#oneShot.accept(answer);
  }

  /** For the negotiation of this connection. @internal */
  get exchange(): DescriptionExchange {
    return this.#exchange;
  }

  /** Catches up with a native that other code has used, and replaces its callbacks. @internal */
  takeOver(): void {
    this.#exchange.negotiable =
      this.hasMedia() || this.signalingState !== 'stable' || !!this.localDescription();
    for (const event of TAKEN_OVER) this.onFirstListener(event);
    // After the callbacks: what the library finds meanwhile is in the text or comes as an event, or both.
    this.#exchange.catchUp();
    this.#onState(this.connectionState);
  }

  /** @internal */
  adoptChannel(native: NativeDataChannel, options: CheckedChannelOptions): DataChannel {
    this.assertCanOwn('adoptNative()');
    this.#exchange.negotiable = true;
    return this.#channels.own(native, 'adopted', options);
  }

  /** The local description for the peer, with the candidates found so far, or `null` before there is one. */
  localDescription(): SessionDescription | null {
    return this.#exchange.local();
  }

  /** The description of the peer, with its candidates so far, or `null` before there is one. */
  remoteDescription(): SessionDescription | null {
    return this.#exchange.remote();
  }

  protected override get progress(): ConnectionProgress {
    return progressOf(this.#exchange, this.#negotiation?.signalingProgress, this.servers);
  }

  protected override onFirstListener(event: string): void {
    this.#exchange.hook(event);
    if (event === 'track') this.#listenForTracks();
    this.#pending.flush(event);
  }

  protected override onClosing(): void {
    this.#exchange.stop();
    this.#negotiation?.stop();
    this.#arrivals.end(this.endingError('the wait for the next'));
    if (!this.#connected.settled) this.#connected.reject(this.endingError('connected()'));
  }

  protected override drainNative(deadline: Deadline): Promise<void> | undefined {
    return this.#channels.arrival(deadline)?.then(() => {});
  }

  protected override releaseNative(deadline: Deadline): Promise<boolean> | boolean {
    this.#channels.end();
    this.#tracks.end();
    if (this.record.state !== 'held') return true;
    const giveBack = () => this.record.giveBack(deadline);
    // A channel that the peer has opened and filled, and that this end has not been given, would block the close for good (H17).
    return this.#channels.transportUp() ? callsMade().then(giveBack) : giveBack();
  }

  #listenForTracks(): void {
    this.#tracks.onIncoming((track) => this.#arrivals.add('track', track));
  }

  /** One-shot signaling, while no other negotiation goes on. */
  get #oneShot(): OneShot {
    return new OneShot(this, this.context.clock, (what) => {
      this.assertUsable(what);
      this.#negotiation?.assertOver();
    });
  }

  #onState(state: ConnectionState): void {
    if (state === 'closed') this.record.acknowledge();
    if (this.state === 'closed') return;
    this.context.trace.note('state', this.path, `connection ${state}`);
    this.dispatch('connectionStateChange', state);
    this.dispatch('stateChange', state);
    if (state === 'connected') {
      this.#exchange.connected();
      this.markOpen();
      this.#connected.resolve(this);
    } else if (state === 'failed') {
      const error = connectionFailed(this.path, this.#why(), this.servers?.refusal);
      this.fail(error, this.context.teardownTimeout);
    } else if (state === 'closed') {
      this.end('remote', undefined, this.teardownBound);
    }
  }

  #onDataChannel(native: NativeDataChannel): void {
    const channel = this.#channels.incoming(native);
    if (channel) this.#arrivals.add('dataChannel', channel);
  }

  readonly #why = () => whyNotConnected(this.progress, this.#exchange, this.#negotiation?.signalingProgress);
  readonly #assertUsable = (what: string) => this.assertUsable(what);
  #guard = <A extends unknown[]>(callback: (...args: A) => void) => guardCallback(() => this.path, callback);
}
