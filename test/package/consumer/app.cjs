const { RtcRuntime, memorySignaling } = require('scoped-rtc');

async function main() {
  const imported = await import('scoped-rtc');
  console.log(`one runtime: ${imported.RtcRuntime.shared === RtcRuntime.shared}`);
  await RtcRuntime.acquire('app').run(async (rtc) => {
    const alice = rtc.createPeerConnection('alice', { bindAddress: '127.0.0.1' });
    const bob = imported.RtcRuntime.acquire('other').createPeerConnection('bob', {
      bindAddress: '127.0.0.1',
    });
    const chat = alice.createDataChannel('chat');
    const [left, right] = memorySignaling();
    await Promise.all([alice.negotiate(left), bob.negotiate(right)]);
    await chat.opened();
  });
  await RtcRuntime.shared.shutdown();
  console.log(`runtime: ${RtcRuntime.shared.state}, cleanups: ${RtcRuntime.shared.cleanups}`);
}

main();
