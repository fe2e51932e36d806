import { memorySignaling, RtcRuntime } from 'scoped-rtc';

{
  await using rtc = RtcRuntime.acquire('app');
  await using alice = rtc.createPeerConnection('alice', { bindAddress: '127.0.0.1' });
  await using bob = rtc.createPeerConnection('bob', { bindAddress: '127.0.0.1' });
  await using chat = alice.createDataChannel('chat');
  const [left, right] = memorySignaling();
  await Promise.all([alice.negotiate(left), bob.negotiate(right)]);
  await chat.opened();
}
console.log(RtcRuntime.shared.state, RtcRuntime.shared.cleanups);
