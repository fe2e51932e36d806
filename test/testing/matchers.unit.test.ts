import { RtcRuntime, type RtcScope } from 'scoped-rtc';
import { createFakeBinding, testScope } from 'scoped-rtc/testing';
import { expect } from 'scoped-rtc/vitest';
import { describe, it } from 'vitest';
import { rejectionOf } from '../support/rejection.js';

const inMemory = () => new RtcRuntime({ native: createFakeBinding() });
const messageOf = async (work: Promise<unknown>) => ((await rejectionOf(work)) as Error).message;

/** A scope with a connection and a channel. */
function roomOf(scope: RtcScope) {
  const room = scope.fork('room');
  const alice = room.createPeerConnection('alice');
  alice.createDataChannel('chat');
  return { room, alice };
}

describe('toHaveTornDown', () => {
  it('fails while a scope or handle is open, also where another one of its path has ended', async () => {
    await using test = testScope({ runtime: inMemory() });
    const rtc = test.scope;
    await roomOf(rtc).room.disposeAsync();
    const { room, alice } = roomOf(rtc);
    expect(await messageOf(expect(room).toHaveTornDown(['alice/chat', 'alice']))).toBe(
      'expected rtc/room to have been torn down, and it is open: end it before you ask',
    );
    expect(await messageOf(expect(alice).toHaveTornDown(['chat']))).toBe(
      'expected rtc/room/alice to have been torn down, and it is open: end it before you ask',
    );
    await expect(room).not.toHaveTornDown(['alice/chat', 'alice']);
  });

  it('tells scopes of one path apart', async () => {
    await using rtc = inMemory().scope('app');
    const { room, alice } = roomOf(rtc);
    await room.disposeAsync();
    const empty = rtc.fork('room');
    await empty.disposeAsync();
    expect(empty.path).toBe(room.path);
    await expect(empty).toHaveTornDown([]);
    await expect(room).toHaveTornDown(['alice/chat', 'alice']);
    await expect(alice).toHaveTornDown(['chat']);
  });

  it('knows the teardowns of a runtime that no fixture has', async () => {
    const rtc = inMemory().scope('app');
    const { room } = roomOf(rtc);
    await rtc.disposeAsync();
    await expect(rtc).toHaveTornDown(['room/alice/chat', 'room/alice', 'room']);
    await expect(room).toHaveTornDown(['alice/chat', 'alice']);
  });

  it('says so when a scope has ended without a teardown', async () => {
    const rtc = inMemory().scope('app');
    await using _moved = rtc.move();
    const message =
      'expected app to have been torn down, and it has ended without a teardown that was recorded';
    expect(await messageOf(expect(rtc).toHaveTornDown([]))).toBe(message);
    expect(await messageOf(expect(rtc).not.toHaveTornDown([]))).toBe(message);
  });
});

describe('toBeClosed', () => {
  it('waits where the timeout is longer than a timer of Node.js can be', async () => {
    await using test = testScope({ runtime: inMemory() });
    const { alice } = roomOf(test.scope);
    const ended = expect(alice)
      .toBeClosed({ timeout: 2 ** 31 })
      .then(() => 'it is closed', String);
    // Node.js fires a timer that is too long after 1 ms, so before this one.
    await new Promise((resolve) => {
      setTimeout(resolve, 2);
    });
    await alice.close();
    expect(await ended).toBe('it is closed');
  });
});
