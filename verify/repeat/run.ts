/**
 * The tests N times, and what was red how often.
 *
 *     npm run repeat -- --times 10
 *     npm run repeat -- --times 5 --starved       pinned to one core, nice 19, beside a busy loop of the same niceness (Linux)
 *     npm run repeat -- --only library            one project; also by a part of a file's name: -- --only unit test/scope
 *     npm run repeat -- --minutes 20              the bound of one run
 *
 * Exit code 1 when anything was red.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { Child } from '../../test/support/child.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    times: { type: 'string', default: '10' },
    starved: { type: 'boolean', default: false },
    only: { type: 'string' },
    minutes: { type: 'string' },
  },
});
const times = Number(values.times);
const minutes = Number(values.minutes ?? (values.starved ? 60 : 20));
if (!(times > 0) || !(minutes > 0)) throw new RangeError('--times and --minutes take numbers');

const REPORTER = new URL('reporter.ts', import.meta.url).pathname;
/** Ends with this process, also where that is killed. */
const BUSY = `while (process.ppid === ${process.pid});`;

interface Red {
  count: number;
  readonly why: string;
}

const reds = new Map<string, Red>();
let green = 0;
for (let run = 1; run <= times; run++) {
  using _loop = values.starved ? busyLoop() : undefined;
  const started = performance.now();
  const seen = await runTests();
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  if (seen.size === 0) green++;
  for (const [name, why] of seen) {
    const red = reds.get(name) ?? { count: 0, why };
    red.count++;
    reds.set(name, red);
  }
  console.log(`${run} of ${times}: ${seen.size === 0 ? 'green' : `${seen.size} red`}, ${seconds} s`);
  for (const [name, why] of seen) console.log(`    ${name}\n        ${firstLine(why)}`);
}
console.log(`\n${green} of ${times} runs green${values.starved ? ', starved' : ''}`);
if (reds.size > 0) console.log(table());
process.exitCode = green === times ? 0 : 1;

/** What was red in one run, and why. */
async function runTests(): Promise<ReadonlyMap<string, string>> {
  const project = values.only === undefined ? [] : ['--project', values.only];
  const vitest = [
    'node_modules/vitest/vitest.mjs',
    'run',
    ...project,
    `--reporter=${REPORTER}`,
    ...positionals,
  ];
  const [command, ...args] = [...(values.starved ? starved() : []), process.execPath, ...vitest];
  const child = new Child(command as string, args, { timeout: minutes * 60_000 });
  const { code, signal, lines, stderr } = await child.ended;
  const seen = new Map<string, string>();
  for (const { red, why } of lines) if (typeof red === 'string') seen.set(red, String(why));
  const isComplete = lines.some((line) => 'tests' in line);
  if (!isComplete || (code !== 0 && seen.size === 0)) {
    const end = signal === 'SIGKILL' ? `did not end within ${minutes} min` : `ended with ${signal ?? code}`;
    seen.set('the run', `${end}: ${stderr.trim().slice(-500)}`);
  }
  return seen;
}

/** Both on the last core, which so is shared half and half. */
function starved(): string[] {
  return ['taskset', '-c', `${cpus().length - 1}`, 'nice', '-n', '19'];
}

function busyLoop(): Disposable {
  const [command, ...args] = [...starved(), process.execPath, '-e', BUSY];
  const child = new Child(command as string, args, { timeout: Number.POSITIVE_INFINITY });
  return { [Symbol.dispose]: () => child.kill('SIGKILL') };
}

function table(): string {
  const rows = [...reds].sort(([, a], [, b]) => b.count - a.count);
  return [
    '| red | test | first reason |',
    '| --- | --- | --- |',
    ...rows.map(
      ([name, { count, why }]) => `| ${count} of ${times} | ${cell(name)} | ${cell(firstLine(why))} |`,
    ),
  ].join('\n');
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').slice(0, 200);
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
