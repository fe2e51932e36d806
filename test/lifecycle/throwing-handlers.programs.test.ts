import { expect, it } from 'vitest';
import { runChild } from '../support/child.js';

const program = new URL('./programs/throwing-handlers.ts', import.meta.url);

/** Every event with a listener that throws, and the path its error must carry. */
const EVENTS: Record<string, string> = {
  'server connection': 'app/server',
  'server close': 'app/server',
  'socket open': 'app/socket',
  'socket message': 'app/socket',
  'socket close': 'app/socket',
  'near localDescription': 'app/near',
  'near localCandidate': 'app/near',
  'near stateChange': 'app/near',
  'near iceStateChange': 'app/near',
  'near signalingStateChange': 'app/near',
  'near gatheringStateChange': 'app/near',
  'near close': 'app/near',
  'far dataChannel': 'app/far',
  'incoming message': 'app/far/chat',
  'chat open': 'app/near/chat',
  'chat bufferedAmountLow': 'app/near/chat',
  'chat close': 'app/near/chat',
  'failing error': 'app/failing',
};

it("a throwing listener's own error reaches uncaughtException, and nothing else is disturbed", async () => {
  const ended = await runChild(program);
  expect(ended, ended.stderr).toMatchObject({ code: 0, signal: null });
  const reported = Object.assign({}, ...ended.lines) as {
    caught: { event: string; same: boolean; rtcPath: string }[];
  };
  expect(reported).toMatchObject({
    received: ['one', 'two', 'three'],
    echoes: ['four', 'five'],
    tornDown: true,
    cleanups: 1,
    threads: 0,
  });
  for (const { event, same, rtcPath } of reported.caught) {
    expect({ event, same, rtcPath }).toEqual({ event, same: true, rtcPath: EVENTS[event] });
  }
  expect(new Set(reported.caught.map(({ event }) => event))).toEqual(new Set(Object.keys(EVENTS)));
  expect(ended.exitedByItself).toBe(true);
});

it('without a listener the process ends with code 1, closed but for the cleanup that a client may block (H52)', async () => {
  const ended = await runChild(program, ['exit']);
  expect(ended).toMatchObject({ code: 1, signal: null });
  expect(ended.stderr).toMatch(/Error: \w+ \w+/);
  expect(Object.assign({}, ...ended.lines)).toMatchObject({ exit: 1, cleanups: 0, held: 0 });
});
