import './scope/dispose-symbols.js';
export type { NodeSnapshot, RuntimeSnapshot } from './diagnostics/snapshot.js';
export type { TrafficFigures } from './diagnostics/traffic.js';
export type { RtcLogEntry, RtcLogger } from './library/library-settings.js';
export type { RtcWarning, RtcWarningCode } from './diagnostics/warning.js';
export {
  RtcAbortedError,
  RtcBindingError,
  RtcClosedError,
  RtcInvalidStateError,
  RtcMessageError,
  RtcPeerUnreachableError,
  RtcNativeError,
  RtcTimeoutError,
  RtcError,
  type RtcErrorCode,
  type RtcErrorOptions,
  type ConnectionProgress,
} from './errors/rtc-error.js';
export { SuppressedError } from './errors/suppressed-error.js';
export type { ResolveName } from './library/names/name-resolver.js';
export type { NativeBinding } from './native/binding.js';
export type { DataChannelInit } from './native/validate/data-channel-init.js';
export type { LocalDescriptionInit } from './native/validate/description.js';
export type { IceServer, IceServerUrls } from './native/validate/ice-server.js';
export type { RtcLogLevel, SctpSettings } from './native/validate/library-settings.js';
export type {
  AudioCodec,
  MediaCodec,
  MediaDescription,
  MediaDirection,
  MediaSource,
  VideoCodec,
} from './native/validate/media-description.js';
export type { MediaHandlers, PacketizerOptions } from './native/validate/media-handlers.js';
export type { ProxyServer } from './native/validate/proxy.js';
export type {
  AdoptableNative,
  AdoptConnectionOptions,
  AdoptDataChannelOptions,
  AdoptWebSocketOptions,
} from './resources/adopt/adopt-native.js';
export type { ChannelOptions } from './resources/channel/channel-options.js';
export type { Media } from './resources/media/connection-tracks.js';
export { DataChannel } from './resources/data-channel/data-channel.js';
export type { Subscription } from './resources/emitter.js';
export { type AnyHandle, type CloseInfo, Handle, type HandleState } from './resources/handle.js';
export type { KeepaliveOptions } from './resources/connection/keepalive.js';
export {
  IceUdpMuxListener,
  type IceUdpMuxListenerEvents,
} from './resources/connection/ice-udp-mux-listener.js';
export type { ReceiveBufferLimits } from './resources/channel/inbox.js';
export { MediaTrack } from './resources/media/media-track.js';
export type { Message, Sendable } from './native/validate/message.js';
export { MessageChannel } from './resources/channel/message-channel.js';
export type { MessageChannelEvents } from './resources/channel/message-channel-events.js';
export type {
  DuplexStreamOptions,
  WebStreamOptions,
  WebStreams,
} from './resources/channel/message-streams.js';
export type { NegotiateOptions } from './resources/connection/negotiation/negotiation.js';
export type { NextChannelOptions, NextTrackOptions } from './resources/connection/arrivals.js';
export type { CompleteDescription, OneShotOptions } from './resources/connection/negotiation/one-shot.js';
export type {
  Signaling,
  SignalingCandidate,
  SignalingMessage,
  SignalingProgress,
} from './resources/connection/negotiation/signaling.js';
export { PeerConnection } from './resources/connection/peer-connection.js';
export type {
  PeerConnectionEvents,
  CandidatePair,
  ConnectionState,
  DescriptionType,
  Fingerprint,
  GatheringState,
  IceConnectionState,
  SessionDescription,
  SignalingState,
} from './resources/connection/peer-connection-events.js';
export { WebSocket, type WebSocketOptions } from './resources/web-socket/web-socket.js';
export type { ChooseProtocol } from './resources/web-socket/subprotocol-front.js';
export {
  WebSocketServer,
  type WebSocketServerEvents,
  type WebSocketServerOptions,
} from './resources/web-socket/web-socket-server.js';
export { RtcRuntime, type RtcRuntimeEvents } from './runtime/rtc-runtime.js';
export { type PeerConnectionConfig, RtcScope } from './runtime/rtc-scope.js';
export type { RtcRuntimeOptions, SnapshotOptions } from './runtime/runtime-options.js';
export type { SignalHandlerOptions } from './runtime/process-end.js';
export type { RuntimeTrace } from './diagnostics/runtime-trace.js';
export type { TraceEvent, TraceEventType } from './diagnostics/event-log.js';
export type { TracedTeardown, TracedWarning } from './diagnostics/trace.js';
export type { DescribedError } from './diagnostics/described-error.js';
export type {
  CandidateDetails,
  ChannelDetails,
  ConnectionDetails,
  DataChannelDetails,
  HandleDetails,
  QueueDetails,
} from './diagnostics/handle-details.js';
export type { NativeThreads } from './diagnostics/threads.js';
export type { Clock } from './time/clock.js';
export type { TeardownCause } from './scope/node-behaviour.js';
export { Scope } from './scope/scope.js';
export type { CloseOptions, WaitOptions } from './time/deadline.js';
export type { BeforeEndOptions, ForkOptions, ScopeOptions } from './scope/scope-options.js';
export type { TeardownReport, TeardownStep } from './scope/teardown-report.js';
export { AcknowledgedChannel } from './signaling/acknowledged/acknowledged-channel.js';
export type { AcknowledgedChannelOptions } from './signaling/acknowledged/acknowledged-options.js';
export type { MessageConsumer } from './signaling/wire/incoming.js';
export type { AttachableTransport } from './signaling/acknowledged/attachable-transport.js';
export type { AcknowledgedEnd } from './signaling/wire/acknowledged-session.js';
export type { MessageTransport, WebSocketLike } from './signaling/wire/message-transport.js';
export type { BackoffOptions } from './signaling/wire/backoff.js';
export { type MemorySignaling, memorySignaling } from './signaling/memory-signaling.js';
export {
  type MessageChannelSignaling,
  type MessageChannelSignalingOptions,
  messageChannelSignaling,
} from './signaling/message-channel-signaling.js';
export type { PeerSignaling } from './signaling/room/peer-signaling.js';
export type { RoomOptions, SignalingSocket } from './signaling/room/room-options.js';
export { joinRoom, type SignalingRoom, type SignalingRoomEvents } from './signaling/room/signaling-room.js';
export type { Departure, MemberDescription } from './signaling/wire/room-message.js';
export {
  type WebSocketSignaling,
  type WebSocketSignalingOptions,
  webSocketSignaling,
} from './signaling/web-socket-signaling.js';
