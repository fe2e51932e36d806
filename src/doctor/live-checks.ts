import type { Check } from './check.js';
import type { Installation } from './installation.js';
import { VERIFIED_VERSIONS } from '../native/packages.js';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Milliseconds; several attempts of the slowest step of connecting. A slower connection is delayed by something else.
 */
const SLOW_CONNECT_MS = 900;

/** Makes a real connection: reports whether it works, how long it takes, and whether threads are left afterwards. */
export async function loopbackChecks(installation: Installation): Promise<Check[]> {
  const trial = await runTrial('loopback');
  const { said } = trial;
  const base = { id: 'loopback', title: 'Connection', data: said };
  const fault = faultOf(trial);
  if (fault !== undefined) {
    return [
      {
        ...base,
        status: 'fail',
        detail: fault,
        mend: 'Two peers of one process could not connect on 127.0.0.1: look for a firewall, a sandbox without UDP, or a damaged installation.',
      },
    ];
  }
  const figure = (name: string) => Number(said[name]);
  const connectMs = figure('connectMs');
  const times =
    `loaded in ${said.loadMs} ms, connected in ${connectMs} ms, round trip ${said.roundTripMs} ms, ` +
    `torn down in ${said.teardownMs} ms`;
  const connection: Check =
    connectMs > SLOW_CONNECT_MS
      ? {
          ...base,
          status: 'warn',
          detail: times,
          mend: 'Connecting was slow: the machine is busy, or packets are lost on loopback.',
        }
      : { ...base, status: 'ok', detail: times };
  return [combinationCheck(installation, String(said.library)), connection, threadsCheck(said)];
}

function combinationCheck(installation: Installation, library: string): Check {
  const { binding = '', node, platform } = installation;
  const unknown = unknownAbout({ binding, platform, node: Number.parseInt(node.slice(1), 10) });
  const base = { id: 'combination', title: 'Combination', data: { binding, library, node, platform } };
  const detail = `node-datachannel ${binding}, libdatachannel ${library}, Node ${node}, ${platform}`;
  if (unknown.length === 0) return { ...base, status: 'ok', detail: `${detail}: known` };
  return {
    ...base,
    status: 'warn',
    detail: `${detail}: not known with ${unknown.join(', ')}`,
    mend: 'This combination has not been tested; the checks below show whether it works here.',
  };
}

function threadsCheck(said: Readonly<Record<string, unknown>>): Check {
  const { threadsBefore, threadsDuring, threadsAfter, threadsSeen } = said;
  const data = { threadsBefore, threadsDuring, threadsAfter };
  const base = { id: 'threads', title: 'Library threads', data };
  if (threadsSeen !== true) return { ...base, status: 'skip', detail: 'visible on Linux only' };
  const detail = `${threadsBefore} before, ${threadsDuring} during, ${threadsAfter} after`;
  if (threadsAfter === 0 && Number(threadsDuring) > 0) return { ...base, status: 'ok', detail };
  return {
    ...base,
    status: 'fail',
    detail,
    mend: 'The library did not clean up: report it with this output.',
  };
}

export async function threadGuardCheck(): Promise<Check> {
  const trial = await runTrial('thread-guard');
  const fault = faultOf(trial);
  const base = { id: 'thread-guard', title: 'Thread guard', data: trial.said };
  return fault === undefined
    ? {
        ...base,
        status: 'ok',
        detail: 'a second thread is refused with RTC_WRONG_THREAD, and the process lives',
      }
    : { ...base, status: 'fail', detail: fault, mend: 'Use the library in one thread only.' };
}

/** The quick rows of the hazard matrix, which docs/hazards.md describes. */
const ROWS: Readonly<Record<string, string>> = {
  H1: 'leaves a scope: the process ends by itself',
  H4: 'the peer sends and closes while we are busy: nothing is lost',
  H6: 'the peer closes a WebSocket: cleanup does not block',
  H7: 'sends and closes: everything arrives',
  H9: 'a handler throws: the process lives',
  H10: 'a wrong description: an error, no abort',
  H16: 'a socket that never opened: the process ends',
};

/** Rows that run at the same time, each in a child process. */
const WIDTH = 2;

export async function hazardChecks(): Promise<Check[]> {
  const todo = Object.entries(ROWS);
  const checks = new Map<string, Check>();
  const work = async () => {
    for (let row = todo.shift(); row; row = todo.shift()) {
      const [id, what] = row;
      const fault = faultOf(await runTrial('hazard', [id]));
      const base = { id, title: id };
      checks.set(
        id,
        fault === undefined
          ? { ...base, status: 'ok', detail: what }
          : {
              ...base,
              status: 'fail',
              detail: `${what}: ${fault}`,
              mend: 'This version of the binding fails here: use a known combination, or report it.',
            },
      );
    }
  };
  await Promise.all(Array.from({ length: WIDTH }, work));
  return Object.keys(ROWS).map((id) => checks.get(id)!);
}

/** Major versions of Node.js and platforms on which the tests have run; see docs/compatibility.md. */
const NODES: readonly number[] = [20, 22, 24, 26];
const PLATFORMS: readonly string[] = ['linux-x64-gnu'];

export interface Combination {
  readonly binding: string;
  /** Major version. */
  readonly node: number;
  readonly platform: string;
}

/** The parts of a combination that have not been tested; empty for a known combination. */
export function unknownAbout({ binding, node, platform }: Combination): string[] {
  const unknown: string[] = [];
  if (!VERIFIED_VERSIONS.includes(binding)) unknown.push(`node-datachannel ${binding}`);
  if (!NODES.includes(node)) unknown.push(`Node ${node}`);
  if (!PLATFORMS.includes(platform)) unknown.push(platform);
  return unknown;
}

/** The result of a program that ran in a child process. */
export interface Trial {
  /** The objects that the program has written, merged into one. */
  readonly said: Readonly<Record<string, unknown>>;
  /** The program has reported that it finished. */
  readonly done: boolean;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The program did not end in time and was killed. */
  readonly hung: boolean;
  readonly stderr: string;
}

/** Milliseconds; on an idle machine a program takes a few hundred, on a starved one it took over 30 s. */
const LONGEST_MS = 60_000;
const SOURCE = import.meta.url.endsWith('.ts');

/**
 * Runs one of `programs/` in a child process: a failure of a native library often ends the process, and only the first
 * thread that loads the library can ever use it.
 */
export function runTrial(program: string, args: readonly string[] = []): Promise<Trial> {
  const file = fileURLToPath(
    new URL(`../doctor/programs/${program}.${SOURCE ? 'ts' : 'js'}`, import.meta.url),
  );
  // A child that runs from source needs the loader that this process has.
  const loader = SOURCE ? ['--import', import.meta.resolve('tsx')] : [];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...loader, file, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LONGEST_MS,
      killSignal: 'SIGKILL',
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const said = Object.assign({}, ...lines(stdout)) as Record<string, unknown>;
      const done = said.done === true;
      resolve({ said, done, code, signal, hung: signal === 'SIGKILL', stderr });
    });
  });
}

function lines(text: string): object[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as object);
}

/** Describes how a program failed; `undefined` when it did not. */
export function faultOf({ done, code, signal, hung, stderr, said }: Trial): string | undefined {
  if (hung) return done ? 'the process never ended' : 'the program hung';
  if (signal !== null) return `the process crashed with ${signal}`;
  if (typeof said.wrong === 'string') return said.wrong;
  if (code !== 0) return `exit code ${code}: ${lastLine(stderr)}`;
  return done ? undefined : 'the program ended too early';
}

function lastLine(text: string): string {
  const errors = text.split('\n').filter((line) => /^\S*Error\b/.test(line));
  return errors.at(-1) ?? text.trim().split('\n').at(-1) ?? '';
}
