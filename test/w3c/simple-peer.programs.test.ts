import { expect, test } from 'vitest';
import { Child, type ChildEnd } from '../support/child.js';

const PROGRAM = new URL('programs/simple-peer.ts', import.meta.url);

class Side {
  readonly #child: Child;
  /** It listens to signals. */
  readonly ready: Promise<void>;

  constructor(role: string, end: string) {
    this.#child = new Child(PROGRAM, [role, end], { channel: true });
    this.ready = new Promise((resolve) => {
      const onMessage = () => {
        this.#child.off('message', onMessage);
        resolve();
      };
      this.#child.on('message', onMessage);
    });
  }

  get ended(): Promise<ChildEnd> {
    return this.#child.ended;
  }

  signalsTo(other: Side): void {
    this.#child.on('message', ({ signal }: { signal?: object }) => {
      if (signal) other.#child.send(signal);
    });
  }
}

async function run(initiatorEnds: string): Promise<[initiator: ChildEnd, answerer: ChildEnd]> {
  const answerer = new Side('answerer', 'close');
  // Both are at the signaling before one offers: candidates are not held back for longer than a second.
  await Promise.race([answerer.ready, answerer.ended]);
  const initiator = new Side('initiator', initiatorEnds);
  initiator.signalsTo(answerer);
  answerer.signalsTo(initiator);
  return Promise.all([initiator.ended, answerer.ended]);
}

const CLEAN = { cleanups: 1, threads: 0 };

test('simple-peer exchanges messages between two processes, and both exit by themselves', async () => {
  const [initiator, answerer] = await run('close');
  expect(initiator.lines).toContainEqual({ first: 'answerer 0', last: 'answerer 99' });
  expect(answerer.lines).toContainEqual({ first: 'initiator 0', last: 'initiator 99' });
  for (const side of [initiator, answerer]) {
    expect(side, side.stderr).toMatchObject({ code: 0 });
    expect(side.lines.at(-1)).toEqual({ ...CLEAN, code: 0 });
  }
});

test('an exception in the middle of a simple-peer exchange leaves nothing, on either side', async () => {
  const [initiator, answerer] = await run('throw');
  expect(initiator, initiator.stderr).toMatchObject({ code: 3 });
  expect(initiator.lines).toContainEqual({ failed: 'Error: thrown in the middle' });
  expect(initiator.lines.at(-1)).toEqual({ ...CLEAN, code: 3 });
  expect(answerer.lines).toContainEqual({ first: 'initiator 0', last: 'initiator 99' });
  expect(answerer.lines.at(-1)).toMatchObject(CLEAN);
});
