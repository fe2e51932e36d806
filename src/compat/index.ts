import '../scope/dispose-symbols.js';
import type * as ndc from 'node-datachannel';
import { importerIn } from './redirects.js';
import { packageApi } from './package-api.js';

export type * from 'node-datachannel';
export { shutdown } from './package-api.js';

const api = packageApi(importerIn(import.meta.url));

export const { initLogger, cleanup, preload, setSctpSettings, getLibraryVersion } = api;

export const DataChannelStream: typeof ndc.DataChannelStream = api.DataChannelStream;
export type Audio = ndc.Audio;
export const Audio: typeof ndc.Audio = api.Audio;
export type AV1RtpPacketizer = ndc.AV1RtpPacketizer;
export const AV1RtpPacketizer: typeof ndc.AV1RtpPacketizer = api.AV1RtpPacketizer;
export type DataChannel = ndc.DataChannel;
export const DataChannel: typeof ndc.DataChannel = api.DataChannel;
export type H264RtpPacketizer = ndc.H264RtpPacketizer;
export const H264RtpPacketizer: typeof ndc.H264RtpPacketizer = api.H264RtpPacketizer;
export type H265RtpPacketizer = ndc.H265RtpPacketizer;
export const H265RtpPacketizer: typeof ndc.H265RtpPacketizer = api.H265RtpPacketizer;
export type IceUdpMuxListener = ndc.IceUdpMuxListener;
export const IceUdpMuxListener: typeof ndc.IceUdpMuxListener = api.IceUdpMuxListener;
export type PacingHandler = ndc.PacingHandler;
export const PacingHandler: typeof ndc.PacingHandler = api.PacingHandler;
export type PeerConnection = ndc.PeerConnection;
export const PeerConnection: typeof ndc.PeerConnection = api.PeerConnection;
export type RtcpNackResponder = ndc.RtcpNackResponder;
export const RtcpNackResponder: typeof ndc.RtcpNackResponder = api.RtcpNackResponder;
export type RtcpReceivingSession = ndc.RtcpReceivingSession;
export const RtcpReceivingSession: typeof ndc.RtcpReceivingSession = api.RtcpReceivingSession;
export type RtcpSrReporter = ndc.RtcpSrReporter;
export const RtcpSrReporter: typeof ndc.RtcpSrReporter = api.RtcpSrReporter;
export type RtpPacketizationConfig = ndc.RtpPacketizationConfig;
export const RtpPacketizationConfig: typeof ndc.RtpPacketizationConfig = api.RtpPacketizationConfig;
export type RtpPacketizer = ndc.RtpPacketizer;
export const RtpPacketizer: typeof ndc.RtpPacketizer = api.RtpPacketizer;
export type Track = ndc.Track;
export const Track: typeof ndc.Track = api.Track;
export type Video = ndc.Video;
export const Video: typeof ndc.Video = api.Video;
export type WebSocket = ndc.WebSocket;
export const WebSocket: typeof ndc.WebSocket = api.WebSocket;
export type WebSocketServer = ndc.WebSocketServer;
export const WebSocketServer: typeof ndc.WebSocketServer = api.WebSocketServer;

// As node-datachannel has it: `import nodeDataChannel from 'node-datachannel'` is its documented use.
// oxlint-disable-next-line import/no-default-export
export default api;
