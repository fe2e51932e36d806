// Each entry that a program may bundle, connected and closed.
import { RtcRuntime } from 'scoped-rtc';
import { PeerConnection } from 'scoped-rtc/compat';
import polyfill from 'scoped-rtc/compat/polyfill';
import { openInspector } from 'scoped-rtc/inspector';
import { startSignalingServer } from 'scoped-rtc/signaling-server';
import { scopedWebRTC } from 'scoped-rtc/w3c';

async function main() {
  const rtc = RtcRuntime.acquire('app');
  const alice = rtc.createPeerConnection('alice');
  const bob = rtc.createPeerConnection('bob');
  alice.on('localDescription', ({ sdp, type }) => bob.setRemoteDescription(sdp, type));
  alice.on('localCandidate', (candidate, mid) => bob.addRemoteCandidate(candidate, mid));
  bob.on('localDescription', ({ sdp, type }) => alice.setRemoteDescription(sdp, type));
  bob.on('localCandidate', (candidate, mid) => alice.addRemoteCandidate(candidate, mid));
  const said = new Promise((resolve) =>
    bob.on('dataChannel', (channel) => channel.on('message', (message) => resolve(message))),
  );
  await alice.createDataChannel('chat').send('hello');
  console.log(`channel: ${await said}`);

  const { RTCPeerConnection } = scopedWebRTC(rtc);
  const pc = new RTCPeerConnection();
  pc.createDataChannel('chat');
  console.log(`w3c: ${(await pc.createOffer()).type}`);
  new PeerConnection('compat', { iceServers: [] }).close();
  new polyfill.RTCPeerConnection().close();
  console.log(`functions: ${typeof openInspector} ${typeof startSignalingServer}`);
  await RtcRuntime.shared.shutdown();
  console.log('shut down');
}

main().catch((error) => console.log(`${error.code}: ${error.message}`));
