// With it: the classes are a browser's.
import { RtcRuntime } from 'scoped-rtc';
import { rtpOf, scopedWebRTC } from 'scoped-rtc/w3c';

const wrtc = scopedWebRTC(RtcRuntime.acquire('app'));
export const constructor: typeof RTCPeerConnection = wrtc.RTCPeerConnection;
export const pc: RTCPeerConnection = new wrtc.RTCPeerConnection({ iceServers: [] });
export const channel: RTCDataChannel = pc.createDataChannel('chat');
export const candidate: RTCIceCandidate = new wrtc.RTCIceCandidate({ candidate: '', sdpMid: '0' });
export const transceiver: RTCRtpTransceiver = pc.addTransceiver('video', { direction: 'recvonly' });
export const ssrc: number | undefined = rtpOf(transceiver.receiver.track)?.ssrc;
export const stream: MediaStream = new wrtc.MediaStream();
