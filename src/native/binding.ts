import type * as ndc from 'node-datachannel';

export type NativePeerConnection = ndc.PeerConnection;
export type NativeDataChannel = ndc.DataChannel;
export type NativeWebSocket = ndc.WebSocket;
export type NativeTrack = ndc.Track;
export type NativeIceUdpMuxListener = ndc.IceUdpMuxListener;

/** The addon's classes that work on the packets of a track. */
export interface NativeMediaHandlers {
  readonly RtpPacketizationConfig: typeof ndc.RtpPacketizationConfig;
  readonly RtpPacketizer: typeof ndc.RtpPacketizer;
  readonly H264RtpPacketizer: typeof ndc.H264RtpPacketizer;
  readonly H265RtpPacketizer: typeof ndc.H265RtpPacketizer;
  readonly AV1RtpPacketizer: typeof ndc.AV1RtpPacketizer;
  readonly RtcpSrReporter: typeof ndc.RtcpSrReporter;
  readonly RtcpNackResponder: typeof ndc.RtcpNackResponder;
  readonly RtcpReceivingSession: typeof ndc.RtcpReceivingSession;
  readonly PacingHandler: typeof ndc.PacingHandler;
}

/** What a channel needs of its native object. */
export type NativeChannel = Pick<
  NativeDataChannel,
  | 'close'
  | 'sendMessage'
  | 'sendMessageBinary'
  | 'isOpen'
  | 'bufferedAmount'
  | 'maxMessageSize'
  | 'setBufferedAmountLowThreshold'
  | 'onBufferedAmountLow'
  | 'onMessage'
>;

/** The addon's own server class: unlike the package's wrapper it keeps no list of clients (H14). */
export interface NativeWebSocketServer {
  port(): number;
  stop(): void;
  onClient(callback: (client: NativeWebSocket) => void): void;
}

/** WebSocket settings the addon reads; the published types name only some of them. */
export interface NativeWebSocketConfig {
  disableTlsVerification?: boolean;
  proxyServer?: ndc.ProxyServer;
  protocols?: string[];
  connectionTimeout?: number;
  pingInterval?: number;
  maxOutstandingPings?: number;
  caCertificatePemFile?: string;
  certificatePemFile?: string;
  keyPemFile?: string;
  keyPemPass?: string;
  maxMessageSize?: number;
}

/**
 * Everything this package uses of node-datachannel: the seam at which tests and embedders put another one.
 *
 * `onForeignCleanup` lets the runtime learn that other code in the process is about to call the library's
 * global cleanup (H21). `before` runs synchronously ahead of it and `after` behind it. It returns a function
 * that removes the hook. The runtime's own calls to `cleanup` do not trigger it.
 */
export interface NativeBinding {
  PeerConnection: new (name: string, config: ndc.RtcConfig) => NativePeerConnection;
  WebSocket: new (config?: NativeWebSocketConfig) => NativeWebSocket;
  WebSocketServer: new (config: ndc.WebSocketServerConfiguration) => NativeWebSocketServer;
  /** Descriptions of media for `addTrack`; a binding without media has none. */
  Audio?: new (mid: string, direction: ndc.Direction) => ndc.Audio;
  Video?: new (mid: string, direction: ndc.Direction) => ndc.Video;
  /** What works on the packets of a track; a binding without media has none. */
  mediaHandlers?: NativeMediaHandlers;
  /** For distinguishing a channel from other objects: nobody but a connection constructs one. */
  DataChannel?: abstract new () => NativeDataChannel;
  IceUdpMuxListener: new (port: number, address?: string) => NativeIceUdpMuxListener;
  cleanup(): void;
  initLogger(level: ndc.LogLevel, callback: (level: ndc.LogLevel, message: string) => void): void;
  preload(): void;
  setSctpSettings(settings: ndc.SctpSettings): void;
  /**
   * Bytes of the largest SCTP send buffer that any connection may have been made with, whoever set it. Without it the
   * library's default is taken.
   */
  largestSendBuffer?(): number;
  getLibraryVersion(): string;
  onForeignCleanup?(before: () => void, after: () => void): () => void;
}
