import { memorySignaling, RtcRuntime } from 'scoped-rtc';

const say = (line: object) => console.log(JSON.stringify(line));

{
  await using rtc = RtcRuntime.acquire('app');
  const [left, right] = memorySignaling();
  const alice = rtc.createPeerConnection('alice', { bindAddress: '127.0.0.1' });
  const bob = rtc.createPeerConnection('bob', { bindAddress: '127.0.0.1' });
  const chat = alice.createDataChannel('chat');
  await Promise.all([alice.negotiate(left), bob.negotiate(right)]);
  await chat.opened();
  say({ connected: alice.connectionState });
}
say({ mainDone: Date.now(), threads: RtcRuntime.shared.threads().count });
