/** A peer in a process of its own: meets another through the signaling server, talks over a data channel, and leaves. */
import { type DataChannel, RtcRuntime, webSocketSignaling } from 'scoped-rtc';

const [url = '', caCertificatePemFile = '', room = '', peer = '', to = ''] = process.argv.slice(2);
const say = (line: object) => console.log(JSON.stringify(line));

{
  await using rtc = RtcRuntime.acquire(peer);
  const pc = rtc.createPeerConnection(peer, { bindAddress: '127.0.0.1' });
  const signaling = webSocketSignaling(() => rtc.createWebSocket(url, { caCertificatePemFile }), {
    ...{ room, peer, to },
    token: 'open sesame',
  });
  if (peer === 'alice') {
    const chat = pc.createDataChannel('chat');
    await pc.negotiate(signaling);
    await chat.send(`hello ${to}`);
    for await (const message of chat) {
      say({ received: message });
      break;
    }
  } else {
    const incoming = new Promise<DataChannel>((resolve) => pc.once('dataChannel', resolve));
    await pc.negotiate(signaling);
    const chat = await incoming;
    for await (const message of chat) {
      say({ received: message });
      await chat.send(`${peer} heard: ${String(message)}`);
    } // ends when alice has left
  }
}
say({ mainDone: Date.now(), threads: RtcRuntime.shared.threads().count });
