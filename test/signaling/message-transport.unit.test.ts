import { expect, it } from 'vitest';
import { overWebSocketLike } from '../../src/signaling/wire/message-transport.js';

it('what is sent before a socket is open waits for it with one listener, in order', async () => {
  const sent: string[] = [];
  const listeners = new Set<() => void>();
  let readyState = 0;
  const transport = overWebSocketLike({
    get readyState() {
      return readyState;
    },
    send: (text) => void sent.push(text),
    close: () => {},
    addEventListener: (_, listener) => listeners.add(listener as () => void),
    removeEventListener: (_, listener) => listeners.delete(listener as () => void),
  });
  const texts = Array.from({ length: 20 }, (_, n) => `${n}`);
  const sending = Promise.all(texts.map((text) => transport.send(text)));
  expect(listeners.size).toBe(1);
  readyState = 1;
  for (const listener of listeners) listener();
  await sending;
  expect([sent, listeners.size]).toEqual([texts, 0]);
});
