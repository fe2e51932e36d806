import { RtcpReceivingSession, Video } from 'node-datachannel';
import {
  type AnyHandle,
  type DataChannel,
  type IceUdpMuxListener,
  type MediaTrack,
  type MessageChannel,
  memorySignaling,
  type PeerConnection,
  type WebSocket,
  type WebSocketServer,
} from 'scoped-rtc';
import { codeOf } from '../support/event.js';
import {
  argument,
  BOOLEAN,
  bounds,
  FUNCTION,
  NOTHING_OF_THESE,
  options,
  SIGNAL,
  STRING,
  TIMEOUT,
} from './argument.js';
import { type Member, type Members, reads } from './member.js';
import { channelOptions, dataChannelOptions, mediaHandlerOptions } from './options.js';

const listens: Member<AnyHandle> = {
  given: () => ['close', () => {}],
  wrong: [argument(0, 'event', { accepts: [] }), argument(1, 'listener', FUNCTION)],
  closed: 'works',
};

const EVENT = argument(0, 'event', { accepts: [] });
const ofEvent: Member<AnyHandle> = { given: () => ['close'], wrong: [EVENT], closed: 'works' };

export const handleMembers: Members<AnyHandle> = {
  path: reads,
  state: reads,
  signal: reads,
  on: listens,
  once: listens,
  off: listens,
  addListener: listens,
  removeListener: listens,
  prependListener: listens,
  prependOnceListener: listens,
  removeAllListeners: { ...ofEvent, wrong: [argument(0, 'event', NOTHING_OF_THESE)], live: false },
  emit: { given: () => ['error', new Error('emitted')], wrong: [EVENT], live: false, closed: 'works' },
  eventNames: reads,
  listenerCount: ofEvent,
  listeners: ofEvent,
  rawListeners: ofEvent,
  getMaxListeners: { ...reads, free: true },
  setMaxListeners: { given: () => [5], closed: 'works', free: true },
  subscribe: { ...listens, live: (handle) => handle.subscribe('close', () => {}).unsubscribe() },
  dependsOn: {
    given: ({ server }) => [server],
    wrong: [argument(0, 'other', { accepts: [] })],
    // A dependency cannot be removed, and the members keep it: tried on a handle that goes at once.
    live: async (_, { scope, server }) => {
      await using other = scope.createPeerConnection('dependent');
      other.dependsOn(server);
    },
    closed: 'RTC_CLOSED',
  },
  close: { wrong: bounds(0, 'close()'), live: false, closed: 'works' },
  abort: { live: false, closed: 'works' },
  closed: {
    wrong: bounds(0, 'closed()'),
    live: async (handle) => {
      const code = await codeOf(handle.closed({ timeout: 0 }));
      if (code !== 'RTC_TIMEOUT') throw new Error(`closed() ended with ${code}`);
    },
    closed: 'works',
  },
  [String(Symbol.asyncDispose)]: { live: false, closed: 'works' },
  'Symbol(nodejs.util.inspect.custom)': reads,
};

const WINDOW = { accepts: [...NOTHING_OF_THESE.accepts, 'ten billion' as const], and: [1023] };

const DATA = argument(0, 'data', { accepts: [...STRING.accepts, 'Buffer'] });

export const messageChannelMembers: Members<MessageChannel> = {
  ...handleMembers,
  opened: { wrong: bounds(0, 'opened()'), closed: 'works' },
  send: { given: () => ['x'], wrong: [DATA, ...bounds(1, 'send()')], closed: 'RTC_CLOSED' },
  trySend: { given: () => ['x'], wrong: [DATA], closed: 'RTC_CLOSED' },
  drained: { wrong: bounds(0, 'drained()'), closed: 'RTC_CLOSED' },
  nextMessage: { wrong: bounds(0, 'nextMessage()'), live: false, waits: true, closed: 'RTC_CLOSED' },
  bufferedAmount: reads,
  maxMessageSize: reads,
  highWaterMark: {
    given: () => [1024 * 1024],
    wrong: [argument(0, 'highWaterMark', { accepts: [] })],
    closed: 'works',
  },
  toDuplex: {
    wrong: options(0, 'options', { objectMode: BOOLEAN, window: WINDOW }),
    live: false, // ends the channel when it is destroyed
    closed: 'works',
  },
  toWeb: { wrong: options(0, 'options', { window: WINDOW }), live: false, closed: 'works' },
  'Symbol(Symbol.asyncIterator)': {
    live: async (channel) => void (await channel[Symbol.asyncIterator]().return?.()),
    closed: 'works',
  },
};

export const dataChannelMembers: Members<DataChannel> = {
  ...messageChannelMembers,
  label: reads,
  protocol: reads,
  id: reads,
};

export const webSocketMembers: Members<WebSocket> = {
  ...messageChannelMembers,
  remoteAddress: reads,
  requestPath: reads,
  protocol: reads,
};

export const mediaTrackMembers: Members<MediaTrack> = {
  ...messageChannelMembers,
  send: {
    ...messageChannelMembers.send,
    given: () => [Buffer.alloc(12, 0x80)],
  },
  trySend: { ...messageChannelMembers.trySend, given: () => [Buffer.alloc(12, 0x80)] },
  mid: reads,
  type: reads,
  direction: {
    given: () => ['SendOnly'],
    wrong: [argument(0, 'direction', { accepts: [] })],
    closed: 'works', // it reads; to set it is tried in test/media
  },
  stop: { wrong: bounds(0, 'close()'), live: false, closed: 'works' },
  setMediaHandlers: {
    given: () => [{ receivingSession: true }],
    wrong: [argument(0, 'handlers', { accepts: [] }), ...options(0, 'handlers', mediaHandlerOptions)],
    closed: 'RTC_CLOSED',
  },
  setMediaHandler: {
    given: () => [new RtcpReceivingSession()],
    wrong: [argument(0, 'handler', { accepts: [], and: [new Video('no handler', 'SendOnly')] })],
    closed: 'RTC_CLOSED',
  },
  timestamp: {
    given: () => [3000],
    wrong: [argument(0, 'timestamp', { accepts: ['zero', 'ten billion'], and: [2 ** 53] })],
    live: (track) => {
      track.setMediaHandlers({
        packetizer: { format: 'H264', ssrc: 42, cname: 'n', payloadType: 96, clockRate: 90_000 },
      });
      track.timestamp = 3000;
    },
    closed: 'works',
  },
  requestKeyframe: { closed: 'RTC_CLOSED' },
  requestBitrate: {
    given: () => [100_000],
    wrong: [argument(0, 'bitsPerSecond', { accepts: [] })],
    closed: 'RTC_CLOSED',
  },
};

export const webSocketServerMembers: Members<WebSocketServer> = {
  ...handleMembers,
  port: reads,
  connections: reads,
};

export const iceUdpMuxListenerMembers: Members<IceUdpMuxListener> = {
  ...handleMembers,
  port: reads,
  address: reads,
};

const TYPE = { accepts: NOTHING_OF_THESE.accepts, and: ['Offer', 'offer ', 'constructor'] };

const STRING_OPTION = { accepts: [...STRING.accepts, 'undefined' as const] };

const oneShot = (where: string, at: number) =>
  options(at, `${where} options`, { timeout: TIMEOUT, signal: SIGNAL, gatheringTimeout: TIMEOUT });

const described = (name: string, other: string) => [
  { ...argument(0, name, { accepts: [] }), and: [{ sdp: 'v=0' }, { type: name }] },
  { at: 0, option: 'sdp', named: `${name}.sdp`, accepts: STRING.accepts },
  { at: 0, option: 'type', named: `${name}.type`, accepts: [], and: [other, 'Offer', 'unspec'] },
];

export const peerConnectionMembers: Members<PeerConnection> = {
  ...handleMembers,
  connected: {
    wrong: bounds(0, 'connected()'),
    live: (_, { alice }) => alice.connected({ timeout: 1000 }),
    closed: 'RTC_CLOSED',
  },
  createDataChannel: {
    given: () => ['made'],
    wrong: [
      argument(0, 'label', { accepts: ['empty string', 'text', 'text with a NUL'] }),
      ...options(1, 'options', dataChannelOptions),
    ],
    live: async (pc) => pc.createDataChannel('made').close(),
    closed: 'RTC_CLOSED',
  },
  addTrack: {
    given: () => [new Video('made', 'SendOnly')],
    // The addon takes an object with this property for one of its own.
    wrong: [
      argument(0, 'media', { accepts: [], and: [{ 'media-type-video': true }] }),
      ...options(1, 'options', channelOptions),
    ],
    live: async (pc) => pc.addTrack(new Video('live', 'SendOnly')).close(),
    closed: 'RTC_CLOSED',
  },
  setLocalDescription: {
    wrong: [
      argument(0, 'type', TYPE),
      ...options(1, 'init', {
        iceUfrag: { ...NOTHING_OF_THESE, and: ['abc', 'a b c d', 'x'.repeat(257)] },
        icePwd: { ...NOTHING_OF_THESE, and: ['x'.repeat(21)] },
      }),
    ],
    live: (pc) => {
      pc.createDataChannel('described');
      pc.setLocalDescription('offer', { iceUfrag: 'abcd', icePwd: 'x'.repeat(22) });
    },
    closed: 'RTC_CLOSED',
  },
  setRemoteDescription: {
    given: ({ offer }) => [offer],
    wrong: [
      {
        ...argument(0, 'description', { accepts: STRING.accepts }),
        and: [{ sdp: 'v=0' }, { type: 'offer' }],
      },
      { at: 0, option: 'sdp', named: 'description.sdp', accepts: STRING.accepts },
      { at: 0, option: 'type', named: 'description.type', accepts: [], and: TYPE.and },
    ],
    closed: 'RTC_CLOSED',
  },
  addRemoteCandidate: {
    given: () => ['candidate:1 1 UDP 1 127.0.0.1 9 typ host', '0'],
    wrong: [
      { ...argument(0, 'candidate', STRING), and: ['candidate:1\r\ncandidate:2'] },
      argument(1, 'mid', STRING),
    ],
    live: (pc, { offer }) => {
      pc.setRemoteDescription(offer);
      pc.addRemoteCandidate('candidate:1 1 UDP 1 127.0.0.1 9 typ host', '0');
    },
    closed: 'RTC_CLOSED',
  },
  negotiate: {
    given: () => [memorySignaling()[0]],
    wrong: [
      argument(0, 'signaling', { accepts: [] }),
      ...bounds(1, 'negotiate()'),
      { at: 1, option: 'polite', named: 'options.polite', accepts: BOOLEAN.accepts },
    ],
    live: (pc) => void pc.negotiate(memorySignaling()[0]).catch(() => {}),
    closed: 'RTC_CLOSED',
  },
  nextDataChannel: {
    wrong: options(0, 'nextDataChannel() options', {
      timeout: TIMEOUT,
      signal: SIGNAL,
      label: STRING_OPTION,
    }),
    live: false, // waits for the peer
    closed: 'RTC_CLOSED',
  },
  nextTrack: {
    wrong: options(0, 'nextTrack() options', {
      timeout: TIMEOUT,
      signal: SIGNAL,
      mid: STRING_OPTION,
      kind: { ...NOTHING_OF_THESE, and: ['Video', 'screen'] },
    }),
    live: false, // waits for the peer
    closed: 'RTC_CLOSED',
  },
  offer: {
    wrong: oneShot('offer()', 0),
    live: async (pc) => {
      pc.createDataChannel('offered');
      await pc.offer({ timeout: 5000 });
    },
    closed: 'RTC_CLOSED',
  },
  answer: {
    given: ({ offer }) => [offer],
    wrong: [...described('offer', 'answer'), ...oneShot('answer()', 1)],
    live: async (pc, { offer }) => void (await pc.answer(offer, { timeout: 5000 })),
    closed: 'RTC_CLOSED',
  },
  accept: {
    given: () => [{ type: 'answer', sdp: '' }],
    wrong: described('answer', 'offer'),
    live: false, // needs the peer's answer
    closed: 'RTC_CLOSED',
  },
  localDescription: reads,
  remoteDescription: reads,
  connectionState: reads,
  iceState: reads,
  signalingState: reads,
  gatheringState: reads,
  hasMedia: reads,
  bytesSent: reads,
  bytesReceived: reads,
  rtt: reads,
  selectedCandidatePair: reads,
  remoteFingerprint: reads,
  maxDataChannelId: reads,
  maxMessageSize: reads,
};
