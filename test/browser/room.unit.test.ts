import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { joinRoom } from 'scoped-rtc/browser';
import { it } from 'vitest';
import { until } from '../support/event.js';

class Socket extends EventTarget {
  readyState = 0;

  send(): void {}

  close(): void {
    this.readyState = 3;
    this.dispatchEvent(new Event('close'));
  }
}

it("a page's room forgets signalings that have ended", async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const room = joinRoom(() => new Socket(), { room: 'room', peer: 'page' });
  let forgotten = 0;
  const registry = new FinalizationRegistry(() => forgotten++);
  for (let n = 0; n < 10; n++) {
    const signaling = room.connect(`peer ${n}`);
    registry.register(signaling, n);
    await signaling.close();
  }
  await until(
    () => {
      collect();
      return forgotten >= 9; // the last may still be on the stack
    },
    'the collection',
    5000,
  );
  await room.close();
});
