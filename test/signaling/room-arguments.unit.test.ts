import { joinRoom, webSocketSignaling } from 'scoped-rtc';
import { ManualClock } from 'scoped-rtc/testing';
import { afterEach, expect, it } from 'vitest';
import { rejectionOf } from '../support/rejection.js';
import { within } from '../support/event.js';

/** A socket that connects for ever, until the test ends it. */
class Socket extends EventTarget {
  readyState = 0;

  send(): void {}

  close(): void {
    this.readyState = 3;
    this.dispatchEvent(new Event('close'));
  }
}

const sockets: Socket[] = [];

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});

function socket(): Socket {
  const made = new Socket();
  sockets.push(made);
  return made;
}

const names = { room: 'room', peer: 'a' };

it('an address in the place of the function says what is meant', () => {
  const message =
    /^socket must be a function that makes the socket, such as .*createWebSocket\(url\).*; got a string/;
  expect(() => joinRoom('ws://127.0.0.1' as never, names)).toThrow(message);
  expect(() => webSocketSignaling('ws://127.0.0.1' as never, names)).toThrow(message);
});

it('a member cannot connect to itself', async () => {
  const message = /must be another member; "a" is this member's own name/;
  const room = joinRoom(socket, names);
  expect(() => room.connect('a')).toThrow(message);
  expect(() => webSocketSignaling(socket, { ...names, to: 'a' })).toThrow(message);
  await room.close();
});

it('the error of a wait for the room says how far it got, and why not further', async () => {
  const clock = new ManualClock();
  const room = joinRoom(socket, { ...names, clock });
  const early = rejectionOf(room.ready({ timeout: 10 }));
  clock.advance(10);
  expect(await early).toMatchObject({
    code: 'RTC_TIMEOUT',
    message: /: the signaling server has not answered yet/,
  });
  const cause = new Error('refused');
  sockets[0]?.dispatchEvent(Object.assign(new Event('error'), { error: cause }));
  sockets[0]?.close();
  const late = rejectionOf(room.ready({ timeout: 10 }));
  clock.advance(10);
  expect(await late).toMatchObject({ message: /: the signaling server cannot be reached/, cause });
  await room.close();
});

it('a function that returns its ended socket again ends the membership', async () => {
  const clock = new ManualClock();
  const same = socket();
  const room = joinRoom(() => same, { ...names, clock });
  same.close();
  clock.advance(10_000);
  const reason = await within(room.closed(), 'the end');
  expect(reason).toMatchObject({ code: 'RTC_CLOSED', message: /returned one that has ended/ });
});
