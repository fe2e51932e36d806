/// <reference lib="esnext.disposable" preserve="true" />
import '../scope/dispose-symbols.js';

export { RtcError, type RtcErrorCode } from '../errors/rtc-error.js';
export type {
  SignalingCandidate,
  SignalingMessage,
  SignalingProgress,
} from '../resources/connection/negotiation/signaling-vocabulary.js';
export type { AcknowledgedEnd } from '../signaling/wire/acknowledged-session.js';
export type { MessageTransport, WebSocketLike } from '../signaling/wire/message-transport.js';
export type { Departure, JoinRequest, MemberDescription } from '../signaling/wire/room-message.js';
export { AcknowledgedChannel, type AcknowledgedChannelOptions } from './acknowledged-channel.js';
export { negotiate, type NegotiateOptions, type Signaling } from './negotiate.js';
export type { DataChannelLike, PeerConnectionLike } from './page-types.js';
export { joinRoom, type PeerSignaling, type Room, type RoomEvents, type RoomOptions } from './room.js';
export { windowedStream, type WindowedStream } from './windowed-stream.js';
