import { expect, it } from 'vitest';
import type { Message } from '../../src/native/validate/message.js';
import { Inbox } from '../../src/resources/channel/inbox.js';

interface Listeners {
  readonly heard: Message[];
  has: boolean;
  /** `open` has been emitted: they may be called. */
  open: boolean;
}

function makeInbox(limit = 1000): { inbox: Inbox; listeners: Listeners; overflows: () => number } {
  const listeners: Listeners = { heard: [], has: false, open: true };
  let overflows = 0;
  const inbox = new Inbox(
    {
      path: 'app/chat',
      deliver: (message) => void listeners.heard.push(message),
      hasListener: () => listeners.has,
      listening: () => listeners.has && listeners.open,
      overflowed: () => void overflows++,
    },
    { messages: limit, bytes: 1_000_000 },
  );
  return { inbox, listeners, overflows: () => overflows };
}

function listen({ inbox, listeners }: { inbox: Inbox; listeners: Listeners }): void {
  listeners.has = true;
  inbox.firstListener();
}

const numbers = (from: number, until: number): string[] =>
  Array.from({ length: until - from }, (_, n) => String(from + n));
const push = (inbox: Inbox, from: number, until: number): void => {
  for (const message of numbers(from, until)) inbox.push(message);
};

async function takeAll(iterator: AsyncIterator<Message>, count: number): Promise<Message[]> {
  const taken: Message[] = [];
  while (taken.length < count) {
    const { value, done } = await iterator.next();
    if (done) break;
    taken.push(value as Message);
  }
  return taken;
}

it.each(['an iterator', 'nextMessage()'])(
  'keeps for a listener what comes before it may be called, beside %s',
  async (beside) => {
    const made = makeInbox();
    const { inbox, listeners } = made;
    listeners.open = false;
    listen(made);
    const iterator = beside === 'an iterator' ? inbox.iterate() : undefined;
    const next = iterator ? undefined : inbox.next((promise) => promise);
    push(inbox, 0, 5);
    listeners.open = true;
    inbox.handOver();
    expect(listeners.heard).toEqual(numbers(0, 5));
    if (iterator) expect(await takeAll(iterator, 5)).toEqual(numbers(0, 5));
    else expect(await next).toBe('0');
    expect(inbox.untaken).toBe(0);
  },
);

it('does not give a listener again what a loop beside it leaves', async () => {
  const made = makeInbox();
  listen(made);
  const iterator = made.inbox.iterate();
  push(made.inbox, 0, 10);
  await iterator.next();
  await iterator.return();
  await undefined;
  expect(made.listeners.heard).toEqual(numbers(0, 10));
  expect(made.inbox.untaken).toBe(0);
});

it('gives a listener what a loop leaves that came before the listener', async () => {
  const made = makeInbox();
  const iterator = made.inbox.iterate();
  push(made.inbox, 0, 4);
  expect(await takeAll(iterator, 1)).toEqual(['0']);
  listen(made);
  push(made.inbox, 4, 6);
  expect(made.listeners.heard).toEqual(['4', '5']);
  await iterator.return();
  await undefined;
  expect(made.listeners.heard).toEqual(['4', '5', '1', '2', '3']);
});

it('leaves to the next consumer what the first of two loops had not read and the second does not get', async () => {
  const { inbox } = makeInbox();
  const first = inbox.iterate();
  push(inbox, 0, 6);
  expect(await takeAll(first, 2)).toEqual(['0', '1']);
  const second = inbox.iterate();
  push(inbox, 6, 8);
  expect(inbox.untaken).toBe(6);
  await first.return();
  expect(inbox.untaken).toBe(6);
  expect(await takeAll(second, 2)).toEqual(['6', '7']);
  expect(inbox.untaken).toBe(4);
  expect(await takeAll(inbox.iterate(), 4)).toEqual(numbers(2, 6));
  expect(inbox.untaken).toBe(0);
});

it('counts messages that nobody took, not copies of them', async () => {
  const { inbox } = makeInbox();
  const [one, other] = [inbox.iterate(), inbox.iterate()];
  push(inbox, 0, 10);
  expect(inbox.untaken).toBe(10);
  await takeAll(one, 3);
  await takeAll(other, 5);
  expect(inbox.untaken).toBe(5);
  await one.return();
  expect(inbox.untaken).toBe(5);
  await other.return();
  expect(inbox.untaken).toBe(5);
  expect(await takeAll(inbox.iterate(), 5)).toEqual(numbers(5, 10));
});

it('counts nothing that a listener heard, also when the listener is gone', async () => {
  const made = makeInbox();
  const { inbox, listeners } = made;
  const iterator = inbox.iterate();
  push(inbox, 0, 2);
  listen(made);
  push(inbox, 2, 4);
  listeners.has = false;
  push(inbox, 4, 6);
  expect(inbox.untaken).toBe(4);
  await iterator.return();
  expect(await takeAll(inbox.iterate(), 4)).toEqual(['0', '1', '4', '5']);
});

it('an iterator that has no room fails the channel, and what a listener heard is not counted as dropped', () => {
  const made = makeInbox(6);
  listen(made);
  made.inbox.iterate();
  push(made.inbox, 0, 8);
  expect(made.overflows()).toBe(1);
  expect(made.listeners.heard).toEqual(numbers(0, 7));
  expect(made.inbox.dropped).toBe(1);
});

it('a loop that is left hands on what waits without copying it', async () => {
  const { inbox } = makeInbox();
  push(inbox, 0, 5);
  const first = inbox.iterate();
  const { buffer } = first;
  await first.next();
  await first.return();
  const second = inbox.iterate();
  expect(second.buffer).toBe(buffer);
  expect(await takeAll(second, 4)).toEqual(numbers(1, 5));
});

it('an iteration that was left returns nothing more', async () => {
  const { inbox } = makeInbox();
  const iterator = inbox.iterate();
  push(inbox, 0, 3);
  await iterator.return();
  push(inbox, 3, 4);
  expect(await iterator.next()).toEqual({ value: undefined, done: true });
  inbox.end();
  await iterator.return();
  expect(await takeAll(inbox.iterate(), 9)).toEqual(numbers(0, 4));
});
