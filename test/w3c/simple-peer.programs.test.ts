import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const PROGRAM = fileURLToPath(new URL('programs/simple-peer.ts', import.meta.url));

interface End {
  readonly code: number | null;
  readonly lines: Record<string, unknown>[];
  readonly stderr: string;
}

class Side {
  readonly process: ChildProcess;
  /** It listens to signals. */
  readonly ready: Promise<void>;
  readonly ended: Promise<End>;

  constructor(role: string, end: string) {
    const child = fork(PROGRAM, [role, end], {
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      timeout: 25_000,
      killSignal: 'SIGKILL',
    });
    this.process = child;
    this.ready = new Promise((resolve) => child.once('message', () => resolve()));
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    this.ended = new Promise((resolve) => {
      child.on('close', (code) => {
        const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
        resolve({ code, lines: lines.map((line) => JSON.parse(line) as End['lines'][number]), stderr });
      });
    });
  }

  signalsTo(other: Side): void {
    this.process.on('message', ({ signal }: { signal?: object }) => {
      if (signal && other.process.connected) other.process.send(signal);
    });
  }
}

async function run(initiatorEnds: string): Promise<[initiator: End, answerer: End]> {
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
