import { memorySignaling, RtcRuntime } from 'scoped-rtc';
import { createFakeBinding, ManualClock } from 'scoped-rtc/testing';
import { expect, it } from 'vitest';

it('a half whose first message comes before its `open` is announced: the next use of the id need not wait', async () => {
  const native = createFakeBinding();
  const clock = new ManualClock();
  let isLate = false;
  const { PeerConnection } = native;
  native.PeerConnection = class extends PeerConnection {
    override createDataChannel(
      ...given: Parameters<InstanceType<typeof PeerConnection>['createDataChannel']>
    ) {
      const channel = super.createDataChannel(...given);
      const onOpen = channel.onOpen.bind(channel);
      if (isLate) channel.onOpen = (opened) => onOpen(() => clock.after(100, opened));
      return channel;
    }
  };
  await using scope = new RtcRuntime({ native, clock }).scope('app');
  const [alice, bob] = [scope.createPeerConnection('alice'), scope.createPeerConnection('bob')];
  const both = () => {
    const near = alice.createDataChannel('near', { negotiated: true, id: 7 });
    isLate = true;
    const far = bob.createDataChannel('far', { negotiated: true, id: 7 });
    isLate = false;
    return [near, far] as const;
  };
  const use = async ([near, far]: ReturnType<typeof both>) => {
    await near.opened();
    void near.send('hello');
    expect(await far.nextMessage()).toBe('hello');
    await Promise.all([near.close(), far.close()]);
  };
  const first = both();
  const [left, right] = memorySignaling();
  await clock.runUntil(Promise.all([alice.negotiate(left), bob.negotiate(right)]));
  const started = clock.now();
  await clock.runUntil(use(first));
  await clock.runUntil(use(both()));
  expect(clock.now() - started).toBeLessThan(1000);
  await clock.runUntil(scope.disposeAsync());
});
