import { memorySignaling, RtcRuntime } from 'scoped-rtc';

const rtc = RtcRuntime.acquire('app');
try {
  const alice = rtc.createPeerConnection('alice', { bindAddress: '127.0.0.1' });
  const bob = rtc.createPeerConnection('bob', { bindAddress: '127.0.0.1' });
  const chat = alice.createDataChannel('chat');
  const arriving = new Promise((resolve) => bob.once('dataChannel', resolve));
  const [left, right] = memorySignaling();
  await Promise.all([alice.negotiate(left), bob.negotiate(right)]);
  await chat.send('hello');
  for await (const message of await arriving) {
    console.log(`channel: ${message}`);
    break;
  }
} finally {
  await rtc.disposeAsync();
}
console.log(`runtime: ${RtcRuntime.shared.state}, cleanups: ${RtcRuntime.shared.cleanups}`);
