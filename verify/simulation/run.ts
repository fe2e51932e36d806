// npm run simulate -- [--seconds N] [--seed S | --seeds S,S,…] [--count N] [--workers N] [--no-shrink] [--json]
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Compiled } from '../hazards/support/compiled.js';
import type { Report, Task, Totals } from './worker.js';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    seed: { type: 'string' },
    seeds: { type: 'string' },
    count: { type: 'string' },
    workers: { type: 'string' },
    'no-shrink': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const seeds = values.seeds?.split(',').map(Number);
const count =
  seeds?.length ?? Number(values.count ?? (values.seed === undefined ? Number.MAX_SAFE_INTEGER : 1));
const first = Number(values.seed ?? 1);
const workers = seeds ? 1 : Math.min(count, Number(values.workers ?? availableParallelism()));
const milliseconds =
  values.count === undefined && !seeds ? Number(values.seconds) * 1000 : Number.MAX_SAFE_INTEGER;

const totals: Totals & { done: number; failed: number } = {
  done: 0,
  failed: 0,
  tasks: 0,
  sent: 0,
  received: 0,
  channels: 0,
};
let digest = 0;

await using compiled = await Compiled.make('simulation');
const started = performance.now();
const program = compiled.file(new URL('worker.ts', import.meta.url).href);
await Promise.all(Array.from({ length: workers }, (_, n) => work(n)));
const seconds = (performance.now() - started) / 1000;
if (values.json) console.log(JSON.stringify({ ...totals, digest, seconds }));
else {
  console.log(
    `${totals.done} schedules in ${seconds.toFixed(1)} s (${Math.round(totals.done / seconds)} a second), seeds ${first} to ` +
      `${first + totals.done - 1}: ${totals.channels} channels, ${totals.sent} messages accepted, ${totals.received} received, ` +
      `${totals.tasks} tasks; ${totals.failed} failed`,
  );
}
process.exitCode = totals.failed > 0 ? 1 : 0;

function work(number: number): Promise<void> {
  const task: Task = {
    first: first + number,
    ...(seeds && { seeds }),
    stride: workers,
    count: Math.ceil((count - number) / workers),
    milliseconds,
    shrinks: !values['no-shrink'],
  };
  const child = fork(program, [JSON.stringify(task)], {
    execArgv: ['--no-warnings', '--max-semi-space-size=32'],
  });
  return new Promise((resolve, reject) => {
    let isDone = false;
    child.on('message', (report: Report) => {
      if ('failed' in report) {
        totals.failed++;
        console.log(
          `seed ${report.failed}\n  ${report.faults.join('\n  ')}\n    ${report.program.join('\n    ')}`,
        );
        return;
      }
      isDone = true;
      digest = (digest + report.digest) >>> 0;
      for (const key of ['done', 'tasks', 'sent', 'received', 'channels'] as const)
        totals[key] += report[key];
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (isDone) resolve();
      else reject(new Error(`a worker ended with ${signal ?? `code ${code}`}`));
    });
  });
}
