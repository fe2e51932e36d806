import { Child } from '../../test/support/child.js';
import { Random } from './random.js';
import type { ChannelReport, FromWorker, ToWorker, WorkerReport } from './reports.js';
import { judge, type Verdict } from './verdict.js';

export interface ChaosOptions {
  readonly seconds: number;
  readonly seed: number;
}

export interface ChaosResult extends Verdict {
  readonly connections: number;
  readonly killed: number;
  readonly thrown: number;
  readonly blocked: number;
}

/** Milliseconds from one step to the next. */
const STEP_MS = 100;
const WORKERS = 4;
const MOST_CONNECTIONS = 12;
/** Milliseconds that a process gets to close everything and exit by itself; the teardown's own bound is 2500. */
const END_MS = 30_000;

class Worker {
  readonly ended: Promise<string>;
  readonly channels: ChannelReport[] = [];
  report: WorkerReport | undefined;
  readonly #child: Child;
  #isGone = false;

  constructor(seed: number, received: (message: FromWorker) => void) {
    this.#child = new Child(new URL('worker.ts', import.meta.url), [String(seed)], {
      ...{ channel: true, timeout: Number.POSITIVE_INFINITY },
    });
    this.#child.on('message', (message: FromWorker) => {
      if ('done' in message) this.report = message.done;
      else if ('channel' in message) this.channels.push(message.channel);
      received(message);
    });
    this.ended = this.#child.ended.then(({ code, signal, stderr }) => {
      this.#isGone = true;
      process.stderr.write(stderr);
      return String(signal ?? code);
    });
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  post(message: ToWorker): void {
    if (!this.#isGone) this.#child.send(message);
  }

  kill(): void {
    this.#isGone = true;
    this.#child.kill('SIGKILL');
  }
}

/**
 * Several processes that connect, send, close, abort, throw, block and die at random for some seconds; what they say
 * in the end is held against each other. The seed decides each step, and each deed of each process; only how the
 * processes interleave is up to the machine.
 */
export async function runChaos({ seconds, seed }: ChaosOptions): Promise<ChaosResult> {
  const random = new Random(seed);
  const routes = new Map<string, readonly [Worker, Worker]>();
  const faults: string[] = [];
  const all: Worker[] = [];
  let running: Worker[] = [];
  let killed = 0;

  const start = () =>
    new Promise<void>((ready) => {
      const worker = new Worker(random.below(2 ** 32), (message) => {
        if ('ready' in message) ready();
        else if ('signal' in message) {
          const route = routes.get(message.id);
          route?.[route[0] === worker ? 1 : 0].post(message);
        }
      });
      all.push(worker);
      running.push(worker);
      void worker.ended.then(() => ready());
    });

  try {
    await Promise.all(Array.from({ length: WORKERS }, start));
    for (let step = 0; step < (seconds * 1000) / STEP_MS; step++) {
      await new Promise((resolve) => setTimeout(resolve, STEP_MS));
      const one = random.pick(running);
      const other = random.pick(running.filter((worker) => worker !== one));
      if (!one || !other) continue;
      if (step % 30 === 20) {
        killed++;
        running = running.filter((worker) => worker !== one);
        one.kill();
        void start();
      } else if (step < MOST_CONNECTIONS || random.chance(0.4)) {
        const id = `c${step}`;
        routes.set(id, [one, other]);
        one.post({ connect: id, offers: true });
        other.post({ connect: id, offers: false });
      }
    }
    for (const worker of running) worker.post({ finish: true });
    await Promise.all(running.map((worker) => finished(worker, faults)));
  } finally {
    for (const worker of all) if (!worker.isGone) worker.kill();
    await Promise.all(all.map(({ ended }) => ended));
  }
  const reports = running.flatMap(({ report }) => (report ? [report] : []));
  const verdict = judge(
    reports,
    all.flatMap(({ channels }) => channels),
  );
  const total = (figure: 'connections' | 'thrown' | 'blocked') =>
    reports.reduce((sum, report) => sum + report[figure], 0);
  return {
    ...verdict,
    faults: [...faults, ...verdict.faults],
    connections: total('connections'),
    thrown: total('thrown'),
    blocked: total('blocked'),
    killed,
  };
}

/** A process that crashed, hung, or did not exit by itself is a fault. */
async function finished(worker: Worker, faults: string[]): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('late'), END_MS);
  });
  const how = await Promise.race([worker.ended, late]);
  clearTimeout(timer);
  if (how === 'late') faults.push(`a process ${worker.report ? 'did not exit' : 'hung'} within ${END_MS} ms`);
  else if (how !== '0') faults.push(`a process ended with ${how}`);
  else if (!worker.report) faults.push('a process ended without a report');
}
