// Without TypeScript's DOM library.
import { RtcRuntime } from 'scoped-rtc';
import { rtpOf, scopedWebRTC } from 'scoped-rtc/w3c';

const { RTCPeerConnection, RTCIceCandidate } = scopedWebRTC(RtcRuntime.acquire('app'));
const pc = new RTCPeerConnection({ iceServers: [{ urls: 'stun:127.0.0.1', username: undefined }] });
const channel = pc.createDataChannel('chat', { ordered: false, id: undefined });
channel.onmessage = ({ data }) => console.log(data);
channel.addEventListener('close', () => console.log(channel.readyState));
pc.onnegotiationneeded = async () => {
  await pc.setLocalDescription();
  const text: string | undefined = pc.localDescription?.sdp;
  console.log(text);
};
pc.onicecandidate = ({ candidate }) => console.log(candidate?.candidate);
pc.ondatachannel = ({ channel: theirs }) => theirs.send('hello');
void pc.addIceCandidate(new RTCIceCandidate({ candidate: '', sdpMid: '0' }));
void pc.getStats().then((report) => report.get('P'));
const viewer = pc.addTransceiver('video', { direction: 'recvonly', streams: undefined });
pc.ontrack = ({ track, streams, transceiver }) => console.log(track.kind, streams.length, transceiver.mid);
rtpOf(viewer)?.mediaTrack.on('message', (packet) => console.log(packet.length, viewer.currentDirection));
