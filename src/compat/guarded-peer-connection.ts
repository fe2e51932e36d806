import type * as ndc from 'node-datachannel';
import { RtcInvalidStateError } from '../errors/rtc-error.js';
import type { DataChannel } from '../resources/data-channel/data-channel.js';
import type { MediaTrack } from '../resources/media/media-track.js';
import type { PeerConnection } from '../resources/connection/peer-connection.js';
import type {
  CandidatePair,
  ConnectionState,
  DescriptionType,
  GatheringState,
  IceConnectionState,
  SessionDescription,
  SignalingState,
} from '../resources/connection/peer-connection-events.js';
import { afterTask } from '../time/clock.js';
import { CallbackSlots } from './callback-slots.js';
import { closeInBackground } from './close-in-background.js';
import { withCandidates, withoutCandidates } from '../resources/sdp.js';
import { describeAnswer, LocalCandidates, SENT_WITHIN_MS } from './local-candidates.js';
import { GuardedDataChannel, GuardedTrack } from './guarded-channel.js';
import { DATA_CHANNEL_SETTINGS, knownSettings, PEER_CONNECTION_SETTINGS } from './known-settings.js';
import type { NativeOwner } from './drop-in-owner.js';

/**
 * The binding's `PeerConnection` on top of a handle: the same methods, arguments and callbacks. `close()` returns at
 * once and drains behind it (H7); what ends the process with the binding (H9, H10, H26) throws or is reported.
 */
export class GuardedPeerConnection {
  readonly #connection: PeerConnection;
  readonly #callbacks = new CallbackSlots();
  readonly #isOfPolyfill: boolean;
  readonly #candidates = new LocalCandidates((found) => {
    if (found) this.#callbacks.call(CANDIDATE, found.candidate, found.mid);
  });
  /** The application has seen that all candidates were found, and reads them in the description. */
  #knowsAll = false;
  #describedAt = NEVER;
  /** The description was read without the candidates that are held back. */
  #isSent = false;
  #isClosed = false;
  #closedReported = false;

  /** @internal */
  constructor(owner: NativeOwner, name: string, config: ndc.RtcConfig, isOfPolyfill = false) {
    this.#isOfPolyfill = isOfPolyfill;
    const known = knownSettings(config, 'config', PEER_CONNECTION_SETTINGS) as ndc.RtcConfig | undefined;
    this.#connection = owner.make((scope) => scope.createPeerConnection(name, known ?? {}));
    this.#connection.exchange.expectReading();
    this.#connection.on('close', () => {
      this.#isClosed = true;
      this.#candidates.stop();
      // Where the connection ended without an event of the library: another caller's cleanup (H21), or no answer to the close.
      if (!this.#closedReported) this.#reportState('closed');
    });
  }

  close(): void {
    this.#isClosed = true;
    closeInBackground(this.#connection);
  }

  setLocalDescription(type?: DescriptionType, init?: ndc.LocalDescriptionInit): void {
    const lower = lowerFirst(type);
    // The library has made an offer by itself already: it finds nothing to do then, and emits nothing.
    const isMade = lower === 'offer' && this.signalingState() === 'have-local-offer';
    if (!isMade) this.#connection.setLocalDescription(lower, init);
    this.#described();
  }

  setRemoteDescription(sdp: string, type: DescriptionType): void {
    const lower = lowerFirst(type) as DescriptionType;
    if (lower !== 'answer' || typeof sdp !== 'string') {
      this.#connection.setRemoteDescription(sdp, lower);
      this.#described();
      return;
    }
    describeAnswer(this.#connection, sdp);
    this.#candidates.flush();
  }

  /**
   * The description with the candidates that were emitted: those that are held back (H27, H48) must not go out with it. All
   * candidates are in it when it is read later than trickle ICE would send it, or after the end of gathering.
   */
  localDescription(): SessionDescription | null {
    // The library may have made the offer by itself.
    if (this.#describedAt === NEVER && this.signalingState() === 'have-local-offer') this.#described();
    const description = this.#connection.localDescription();
    if (description?.type === 'answer') this.#connection.exchange.answerRead();
    const isRecent = performance.now() < this.#describedAt + SENT_WITHIN_MS;
    if (!description || this.#knowsAll || !isRecent || !this.#callbacks.has(CANDIDATE)) return description;
    this.#isSent = true;
    const { type, sdp } = description;
    return { type, sdp: withCandidates(withoutCandidates(sdp), this.#candidates.shown) };
  }

  remoteDescription(): SessionDescription | null {
    return this.#connection.remoteDescription();
  }

  /** Empty before there is one, as the binding says it. */
  remoteFingerprint(): ndc.CertificateFingerprint {
    const fingerprint = this.#connection.remoteFingerprint();
    return (fingerprint ?? { value: '', algorithm: 'sha-256' }) as ndc.CertificateFingerprint;
  }

  addRemoteCandidate(candidate: string, mid: string): void {
    if (!this.#isClosed && this.remoteDescription() === null) {
      // In the words of the library, which the binding's own polyfill looks for.
      throw new RtcInvalidStateError('Got a remote candidate without remote description', {
        path: this.#connection.path,
      });
    }
    // The library takes the first of several lines; again in words that the polyfill looks for.
    if (typeof candidate === 'string' && /[\r\n]/.test(candidate.trimEnd())) {
      throw new TypeError('Invalid candidate format: candidate must be one line');
    }
    this.#connection.addRemoteCandidate(candidate, mid);
  }

  createDataChannel(label: string, config?: ndc.DataChannelInitConfig): GuardedDataChannel {
    const init = knownSettings(config, 'config', DATA_CHANNEL_SETTINGS);
    const channel = new GuardedDataChannel(
      init === undefined
        ? this.#connection.createDataChannel(label)
        : this.#connection.createDataChannel(label, init),
    );
    return channel;
  }

  addTrack(media: ndc.Audio | ndc.Video): GuardedTrack {
    return new GuardedTrack(this.#connection.addTrack(media));
  }

  hasMedia(): boolean {
    return this.#connection.hasMedia();
  }

  state(): ConnectionState {
    return this.#isClosed ? 'closed' : this.#connection.connectionState;
  }

  iceState(): IceConnectionState {
    return this.#isClosed ? 'closed' : this.#connection.iceState;
  }

  signalingState(): SignalingState {
    return this.#isClosed ? 'closed' : this.#connection.signalingState;
  }

  gatheringState(): GatheringState {
    const state = this.#connection.gatheringState;
    if (state === 'complete' && !this.#knowsAll) {
      this.#knowsAll = true;
      // An application that waited for the end of gathering reads the description before the microtasks end; others log the state.
      afterTask(() => (this.#knowsAll = false));
    }
    return state;
  }

  bytesSent(): number {
    return this.#connection.bytesSent;
  }

  bytesReceived(): number {
    return this.#connection.bytesReceived;
  }

  /** Milliseconds, or -1 before there is a figure, as the binding says it. */
  rtt(): number {
    return this.#connection.rtt ?? -1;
  }

  getSelectedCandidatePair(): CandidatePair | null {
    return this.#connection.selectedCandidatePair();
  }

  maxDataChannelId(): number {
    return this.#connection.maxDataChannelId;
  }

  maxMessageSize(): number {
    return this.#connection.maxMessageSize;
  }

  onLocalDescription(callback: (sdp: string, type: DescriptionType) => void): void {
    this.#listen('localDescription', callback, ({ sdp, type }: SessionDescription) => [sdp, type]);
  }

  onLocalCandidate(callback: (candidate: string, mid: string) => void): void {
    const isFirst = !this.#callbacks.has(CANDIDATE);
    this.#callbacks.keep(CANDIDATE, callback);
    if (!isFirst) return;
    this.#connection.on('localCandidate', (candidate, mid) => {
      // The library may have made the offer by itself.
      if (this.#describedAt === NEVER) this.#described();
      this.#candidates.add({ candidate, mid });
    });
  }

  onStateChange(callback: (state: string) => void): void {
    const isFirst = !this.#callbacks.has(STATE);
    this.#callbacks.keep(STATE, callback);
    if (isFirst) this.#connection.on('connectionStateChange', (state) => this.#reportState(state));
  }

  onIceStateChange(callback: (state: string) => void): void {
    this.#listen('iceStateChange', callback, asOneArgument);
  }

  onSignalingStateChange(callback: (state: string) => void): void {
    this.#listen('signalingStateChange', callback, asOneArgument);
  }

  onGatheringStateChange(callback: (state: string) => void): void {
    const isFirst = !this.#callbacks.has(GATHERING);
    this.#callbacks.keep(GATHERING, callback);
    if (isFirst) this.#connection.on('gatheringStateChange', (state) => this.#gathering(state));
  }

  #gathering(state: GatheringState): void {
    const call = () => this.#callbacks.call(GATHERING, state);
    // The polyfill registers its callbacks whether its application listens or not.
    if (state !== 'complete' || this.#isOfPolyfill || this.#callbacks.has(CANDIDATE) === false) return call();
    // An application that reads the description by then sends candidates one by one; any other collects them, and has all
    // when the end is emitted.
    setTimeout(() => {
      if (!this.#isSent) this.#candidates.flush();
      call();
    }, SENT_WITHIN_MS / 2).unref();
  }

  onDataChannel(callback: (channel: GuardedDataChannel) => void): void {
    // The polyfill's channel is closed in the turn after its `close()`: one that its `datachannel` event closes is not to open.
    const adapt = (channel: DataChannel) => [new GuardedDataChannel(channel, this.#isOfPolyfill)];
    this.#listen('dataChannel', callback, adapt);
  }

  onTrack(callback: (track: GuardedTrack) => void): void {
    this.#listen('track', callback, (track: MediaTrack) => [new GuardedTrack(track)]);
  }

  /** The candidates of the first offer are held back until there is an answer; all others are emitted at once. */
  #described(): void {
    this.#knowsAll = false;
    this.#describedAt = performance.now();
    if (this.#connection.signalingState !== 'have-local-offer' || this.remoteDescription())
      this.#candidates.flush();
    else this.#candidates.offered(true);
  }

  #reportState(state: string): void {
    if (state === 'closed') this.#closedReported = true;
    this.#callbacks.call(STATE, state);
  }

  #listen(event: string, callback: unknown, adapt: (...args: never[]) => unknown[]): void {
    this.#callbacks.set(this.#connection, event, callback, adapt);
  }
}

const NEVER = Number.NEGATIVE_INFINITY;
const STATE = 'state';
const CANDIDATE = 'candidate';
const GATHERING = 'gathering';

const asOneArgument = (state: string) => [state];

/** The binding takes `Offer` for `offer`, for the sake of its older versions. */
function lowerFirst(type: DescriptionType | undefined): DescriptionType | undefined {
  if (typeof type !== 'string' || type.length === 0) return type;
  return (type.charAt(0).toLowerCase() + type.slice(1)) as DescriptionType;
}
