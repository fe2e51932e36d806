import type { RTCPeerConnectionState } from 'node-datachannel';
import type {
  GatheringState,
  IceConnectionState,
  SignalingState,
} from '../../resources/connection/peer-connection-events.js';

/*
 * The W3C's types as far as they are implemented here, for programs that are compiled without TypeScript's DOM library.
 * Where that is there, its own types stand in their place (`scoped-web-rtc.ts`).
 */

export type SdpType = 'offer' | 'answer' | 'pranswer' | 'rollback';

export interface SessionDescriptionInit {
  type: SdpType;
  sdp?: string | undefined;
}

export interface LocalSessionDescriptionInit {
  type?: SdpType | undefined;
  sdp?: string | undefined;
}

export interface SessionDescription {
  readonly type: SdpType;
  readonly sdp: string;
  toJSON(): { type: SdpType; sdp: string };
}

export interface IceCandidateInit {
  candidate?: string | undefined;
  sdpMid?: string | null | undefined;
  sdpMLineIndex?: number | null | undefined;
  usernameFragment?: string | null | undefined;
}

export interface IceCandidate {
  readonly candidate: string;
  readonly sdpMid: string | null;
  readonly sdpMLineIndex: number | null;
  readonly usernameFragment: string | null;
  readonly foundation: string | null;
  readonly component: string | null;
  readonly priority: number | null;
  readonly address: string | null;
  readonly protocol: string | null;
  readonly port: number | null;
  readonly type: string | null;
  readonly tcpType: string | null;
  readonly relatedAddress: string | null;
  readonly relatedPort: number | null;
  toJSON(): IceCandidateInit;
}

export interface IceServer {
  urls: string | string[];
  username?: string | undefined;
  credential?: string | undefined;
}

export interface Configuration {
  iceServers?: IceServer[] | undefined;
  iceTransportPolicy?: 'all' | 'relay' | undefined;
  bundlePolicy?: 'balanced' | 'max-bundle' | 'max-compat' | undefined;
  rtcpMuxPolicy?: 'require' | 'negotiate' | undefined;
  iceCandidatePoolSize?: number | undefined;
  certificates?: object[] | undefined;
  /** Name of the connection in the tree of `inspect()`. */
  peerIdentity?: string | undefined;
}

export interface DataChannelInit {
  ordered?: boolean | undefined;
  maxPacketLifeTime?: number | null | undefined;
  maxRetransmits?: number | null | undefined;
  protocol?: string | undefined;
  negotiated?: boolean | undefined;
  id?: number | null | undefined;
}

/** What the constructors of events take. */
export interface EventInit {
  bubbles?: boolean;
  cancelable?: boolean;
  composed?: boolean;
}

export interface IceCandidateEvent extends Event {
  readonly candidate: IceCandidate | null;
}

export interface Certificate {
  /** Milliseconds since the epoch. */
  readonly expires: number;
  getFingerprints(): { algorithm: string; value: string }[];
}

export interface IceErrorEvent extends Event {
  readonly address: string | null;
  readonly port: number | null;
  readonly url: string;
  readonly errorCode: number;
  readonly errorText: string;
}

export interface ChannelEvent extends Event {
  readonly channel: DataChannel;
}

export interface ChannelMessageEvent extends Event {
  // oxlint-disable-next-line typescript/no-explicit-any -- as the DOM's: a string, an ArrayBuffer or a Blob
  readonly data: any;
}

export interface ChannelErrorEvent extends Event {
  readonly error: DOMException & { readonly errorDetail: string };
}

type Listener<E> = ((event: E) => void) | { handleEvent(event: E): void };
interface ListenerOptions {
  once?: boolean;
  passive?: boolean;
  capture?: boolean;
  signal?: AbortSignal;
}

/** Event listeners whose events have the types of `Events`. */
export interface Target<Events> extends Omit<EventTarget, 'addEventListener' | 'removeEventListener'> {
  addEventListener<N extends keyof Events & string>(
    type: N,
    listener: Listener<Events[N]> | null,
    options?: boolean | ListenerOptions,
  ): void;
  removeEventListener<N extends keyof Events & string>(
    type: N,
    listener: Listener<Events[N]> | null,
    options?: boolean | ListenerOptions,
  ): void;
}

type Handlers<Events> = {
  [N in keyof Events & string as `on${N}`]: ((event: Events[N]) => void) | null;
};

export interface DataChannelEvents {
  open: Event;
  message: ChannelMessageEvent;
  bufferedamountlow: Event;
  error: ChannelErrorEvent;
  closing: Event;
  close: Event;
}

export interface DataChannel extends Target<DataChannelEvents>, Handlers<DataChannelEvents> {
  readonly label: string;
  readonly ordered: boolean;
  readonly maxPacketLifeTime: number | null;
  readonly maxRetransmits: number | null;
  readonly protocol: string;
  readonly negotiated: boolean;
  readonly id: number | null;
  readonly readyState: 'connecting' | 'open' | 'closing' | 'closed';
  readonly bufferedAmount: number;
  bufferedAmountLowThreshold: number;
  binaryType: 'blob' | 'arraybuffer';
  send(data: string | Blob | ArrayBuffer | ArrayBufferView): void;
  close(): void;
}

export type TransceiverDirection = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive' | 'stopped';

export interface MediaTrackEvents {
  mute: Event;
  unmute: Event;
  ended: Event;
}

/** `MediaStreamTrack`. */
export interface MediaTrackObject extends Target<MediaTrackEvents>, Handlers<MediaTrackEvents> {
  readonly kind: string;
  readonly id: string;
  readonly label: string;
  readonly muted: boolean;
  readonly readyState: 'live' | 'ended';
  enabled: boolean;
  contentHint: string;
  stop(): void;
}

/** `MediaStream`. */
export interface MediaStreamObject extends EventTarget {
  readonly id: string;
  readonly active: boolean;
  getTracks(): MediaTrackObject[];
  getAudioTracks(): MediaTrackObject[];
  getVideoTracks(): MediaTrackObject[];
  getTrackById(id: string): MediaTrackObject | null;
  addTrack(track: MediaTrackObject): void;
  removeTrack(track: MediaTrackObject): void;
}

export interface RtpCodec {
  mimeType: string;
  clockRate: number;
  channels?: number;
  sdpFmtpLine?: string;
}

export interface RtpCapabilities {
  codecs: RtpCodec[];
  headerExtensions: object[];
}

interface RtpParameters {
  headerExtensions: object[];
  rtcp: { cname?: string; reducedSize?: boolean };
  codecs: (RtpCodec & { payloadType: number })[];
}

export interface RtpSender {
  readonly track: MediaTrackObject | null;
  readonly transport: EventTarget | null;
  replaceTrack(track: MediaTrackObject | null): Promise<void>;
  setStreams(...streams: MediaStreamObject[]): void;
  getParameters(): RtpParameters & { transactionId: string; encodings: { active: boolean }[] };
  getStats(): Promise<ReadonlyMap<string, object>>;
}

export interface RtpReceiver {
  readonly track: MediaTrackObject;
  readonly transport: EventTarget | null;
  getParameters(): RtpParameters;
  getStats(): Promise<ReadonlyMap<string, object>>;
}

export interface RtpTransceiver {
  readonly mid: string | null;
  readonly sender: RtpSender;
  readonly receiver: RtpReceiver;
  readonly currentDirection: TransceiverDirection | null;
  direction: TransceiverDirection;
  stop(): void;
  setCodecPreferences(codecs: readonly RtpCodec[]): void;
}

export interface RtpTransceiverInit {
  direction?: TransceiverDirection | undefined;
  streams?: MediaStreamObject[] | undefined;
  sendEncodings?: { rid?: string; active?: boolean; maxBitrate?: number }[] | undefined;
}

export interface TrackEventInit {
  readonly receiver: RtpReceiver;
  readonly track: MediaTrackObject;
  readonly streams?: MediaStreamObject[];
  readonly transceiver: RtpTransceiver;
}

export interface TrackEvent extends Event {
  readonly receiver: RtpReceiver;
  readonly track: MediaTrackObject;
  readonly streams: readonly MediaStreamObject[];
  readonly transceiver: RtpTransceiver;
}

export interface PeerConnectionEvents {
  negotiationneeded: Event;
  icecandidate: IceCandidateEvent;
  icecandidateerror: Event;
  signalingstatechange: Event;
  iceconnectionstatechange: Event;
  icegatheringstatechange: Event;
  connectionstatechange: Event;
  datachannel: ChannelEvent;
  track: TrackEvent;
}

export interface PeerConnection extends Target<PeerConnectionEvents>, Handlers<PeerConnectionEvents> {
  readonly localDescription: SessionDescription | null;
  readonly currentLocalDescription: SessionDescription | null;
  readonly pendingLocalDescription: SessionDescription | null;
  readonly remoteDescription: SessionDescription | null;
  readonly currentRemoteDescription: SessionDescription | null;
  readonly pendingRemoteDescription: SessionDescription | null;
  readonly signalingState: SignalingState | 'closed';
  readonly iceGatheringState: GatheringState;
  readonly iceConnectionState: IceConnectionState;
  readonly connectionState: RTCPeerConnectionState;
  readonly canTrickleIceCandidates: boolean | null;
  readonly sctp: (EventTarget & { readonly maxMessageSize: number | null; readonly state: string }) | null;
  createOffer(options?: object): Promise<{ type: 'offer'; sdp: string }>;
  createAnswer(options?: object): Promise<{ type: 'answer'; sdp: string }>;
  setLocalDescription(description?: LocalSessionDescriptionInit | null): Promise<void>;
  setRemoteDescription(description: SessionDescriptionInit): Promise<void>;
  addIceCandidate(candidate?: IceCandidateInit | null): Promise<void>;
  createDataChannel(label: string, init?: DataChannelInit): DataChannel;
  getConfiguration(): Configuration;
  setConfiguration(configuration?: Configuration): void;
  // oxlint-disable-next-line typescript/no-explicit-any -- as the DOM's
  getStats(): Promise<ReadonlyMap<string, any>>;
  restartIce(): void;
  addTransceiver(trackOrKind: MediaTrackObject | string, init?: RtpTransceiverInit): RtpTransceiver;
  addTrack(track: MediaTrackObject, ...streams: MediaStreamObject[]): RtpSender;
  removeTrack(sender: RtpSender): void;
  getTransceivers(): RtpTransceiver[];
  getSenders(): RtpSender[];
  getReceivers(): RtpReceiver[];
  close(): void;
}
