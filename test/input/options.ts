import type {
  ChannelOptions,
  DataChannelInit,
  MediaHandlers,
  PeerConnectionConfig,
  RtcRuntimeOptions,
  SctpSettings,
  SignalHandlerOptions,
  SnapshotOptions,
  WebSocketOptions,
  WebSocketServerOptions,
} from 'scoped-rtc';
import {
  BAG,
  BOOLEAN,
  FROM_ZERO,
  FUNCTION,
  LIST,
  NAME,
  NOTHING_OF_THESE,
  SIGNAL,
  SINGLE_LINE,
  TIMEOUT,
} from './argument.js';

type Taken = typeof BOOLEAN;
/** The compiler asks for every option that is declared. */
type Options<T> = { readonly [K in keyof T]-?: Taken };

const limits = { ...BAG };
export const channelOptions: Options<ChannelOptions> & Record<string, Taken> = {
  highWaterMark: NOTHING_OF_THESE,
  receiveBuffer: limits,
  'receiveBuffer.messages': FROM_ZERO,
  'receiveBuffer.bytes': { accepts: [...FROM_ZERO.accepts, 'ten billion'] },
  sendQueue: limits,
  'sendQueue.messages': FROM_ZERO,
  'sendQueue.bytes': { accepts: [...FROM_ZERO.accepts, 'ten billion'] },
  signal: SIGNAL,
};

export const dataChannelOptions: Options<DataChannelInit & ChannelOptions> & Record<string, Taken> = {
  ...channelOptions,
  protocol: { accepts: ['undefined', 'empty string', 'text', 'text with a NUL'] },
  negotiated: BOOLEAN,
  id: { ...FROM_ZERO, and: [65_535] },
  ordered: BOOLEAN,
  unordered: BOOLEAN,
  maxPacketLifeTime: { accepts: ['null', ...FROM_ZERO.accepts], and: [65_536] },
  maxRetransmits: { accepts: ['null', ...FROM_ZERO.accepts], and: [65_536] },
};

const port = { ...FROM_ZERO, and: [65_536] };

export const connectionOptions: Options<PeerConnectionConfig> = {
  iceServers: { ...LIST, and: ['stun:h', ['http:h'], [`stun:${'x'.repeat(100_000)}`], [{ urls: 'http:h' }]] },
  proxyServer: { ...NOTHING_OF_THESE, and: [{ type: 'Http', ip: 'h', port: 0 }] },
  bindAddress: SINGLE_LINE,
  enableIceTcp: BOOLEAN,
  enableIceUdpMux: BOOLEAN,
  keepalive: { ...BAG, and: [{ interval: 5 }, { timeout: '3000' }, { interval: 200, timeout: 300 }] },
  incoming: { ...BAG, and: [{ receiveBuffer: 5 }, { label: 'x' }] },
  receiveBuffer: { ...BAG, and: [{ bytes: -1 }, { messages: '5' }, { kilobytes: 5 }] },
  disableAutoNegotiation: BOOLEAN,
  disableAutoGathering: BOOLEAN,
  forceMediaTransport: BOOLEAN,
  portRangeBegin: port,
  portRangeEnd: { ...port, and: [65_536, 80] },
  maxMessageSize: { ...NOTHING_OF_THESE, and: [2 ** 31] },
  mtu: { ...NOTHING_OF_THESE, and: [575, 65_536] },
  iceTransportPolicy: { ...NOTHING_OF_THESE, and: ['All', 'constructor'] },
  disableFingerprintVerification: BOOLEAN,
  certificatePemFile: NOTHING_OF_THESE,
  keyPemFile: NOTHING_OF_THESE,
  keyPemPass: NOTHING_OF_THESE,
  signal: SIGNAL,
};

export const webSocketOptions: Options<WebSocketOptions> & Record<string, Taken> = {
  ...channelOptions,
  name: NAME,
  disableTlsVerification: BOOLEAN,
  proxyServer: { ...NOTHING_OF_THESE, and: [{ type: 'Socks5', ip: 'h', port: 1 }] },
  protocols: { ...LIST, and: [['a b'], ['a', 'a'], ['a\r\nX: y']] },
  connectionTimeout: FROM_ZERO,
  pingInterval: FROM_ZERO,
  maxOutstandingPings: FROM_ZERO,
  caCertificatePemFile: NOTHING_OF_THESE,
  certificatePemFile: NOTHING_OF_THESE,
  keyPemFile: NOTHING_OF_THESE,
  keyPemPass: NOTHING_OF_THESE,
  maxMessageSize: NOTHING_OF_THESE,
};

export const webSocketServerOptions: Options<WebSocketServerOptions> & Record<string, Taken> = {
  ...channelOptions,
  name: NAME,
  port,
  enableTls: BOOLEAN,
  certificatePemFile: NOTHING_OF_THESE,
  keyPemFile: NOTHING_OF_THESE,
  keyPemPass: NOTHING_OF_THESE,
  bindAddress: SINGLE_LINE,
  connectionTimeout: FROM_ZERO,
  maxMessageSize: NOTHING_OF_THESE,
  protocols: {
    accepts: ['undefined', 'empty array', 'function', 'class'],
    and: [['a b'], ['a', 'a'], 'chat'],
  },
};

export const mediaHandlerOptions: Options<MediaHandlers> = {
  packetizer: { ...NOTHING_OF_THESE, and: [{ format: 'H264' }, { format: 'MPEG' }] },
  senderReports: NOTHING_OF_THESE, // needs a packetizer
  nackResponder: { accepts: ['undefined', 'true'], and: [0, 65_537] },
  pacing: { ...NOTHING_OF_THESE, and: [{ bitsPerSecond: 1 }] },
  receivingSession: BOOLEAN,
};

export const sctpOptions: Options<SctpSettings> = {
  recvBufferSize: NOTHING_OF_THESE,
  sendBufferSize: NOTHING_OF_THESE,
  maxChunksOnQueue: NOTHING_OF_THESE,
  initialCongestionWindow: NOTHING_OF_THESE,
  congestionControlModule: { ...FROM_ZERO, and: [4] },
  delayedSackTime: { ...FROM_ZERO, and: [501] },
};

export const runtimeOptions: Options<RtcRuntimeOptions> = {
  logger: { accepts: ['undefined', ...FUNCTION.accepts] },
  logLevel: { ...NOTHING_OF_THESE, and: ['warning', 'None'] },
  sctp: { ...BAG, and: [{ delayedSackTime: 501 }] },
  resolveName: { accepts: ['undefined', ...FUNCTION.accepts] },
  native: NOTHING_OF_THESE,
  clock: { ...NOTHING_OF_THESE, and: [{ now: () => 0 }] },
  teardownTimeout: TIMEOUT,
  retainedLimit: FROM_ZERO,
  cleanup: { ...NOTHING_OF_THESE, and: ['never'] },
};

export const snapshotOptions: Options<SnapshotOptions> = {
  details: { accepts: [...BOOLEAN.accepts, 'empty string', 'text', 'text with a NUL', 'long text'] },
};

export const signalHandlerOptions: Options<SignalHandlerOptions> = {
  signals: { ...LIST, and: [['SIGKILL'], ['SIGINT', 'SIGFOO'], 'SIGINT'] },
  timeout: TIMEOUT,
  exitCode: { ...FROM_ZERO, and: [256] },
  exit: BOOLEAN,
  onShutdown: { accepts: ['undefined', ...FUNCTION.accepts] },
};
