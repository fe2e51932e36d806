import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chartSvg, perThousand, sparkline } from './chart.js';
import type { Sample } from './sample.js';
import { soak } from './soak.js';

const USAGE = `npm run soak -- [--minutes N] [--cycles N] [--seed S] [--out FOLDER] [--leak BYTES] [--snapshots]

Acquires, connects, exchanges and tears down, cycle after cycle, with faults, for N minutes (default 2) or until
N cycles (default 10000) are done. Ends with 1 when a line rises, when something went wrong, or when there was too
little to judge. Writes soak.svg and soak.csv into FOLDER (default verify/soak/out).
--leak makes every cycle lose that many items and a file on purpose, to see the soak turn red.
--snapshots writes two heap snapshots into FOLDER.`;

function numberFrom(text: string | undefined, name: string, otherwise: number): number {
  const value = Number(text ?? otherwise);
  if (!(value >= 0) || (value === 0 && name !== 'leak'))
    throw new RangeError(`--${name} takes a number above 0; got ${text}`);
  return value;
}

const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    cycles: { type: 'string' },
    seed: { type: 'string' },
    out: { type: 'string' },
    leak: { type: 'string' },
    snapshots: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});

async function main(): Promise<void> {
  const minutes = numberFrom(values.minutes, 'minutes', 2);
  const cycles = numberFrom(values.cycles, 'cycles', 10_000);
  const seed = numberFrom(values.seed, 'seed', (Date.now() % 2 ** 31) + 1);
  const leak = numberFrom(values.leak, 'leak', 0);
  const out = values.out ?? fileURLToPath(new URL('out', import.meta.url));
  mkdirSync(out, { recursive: true });
  console.log(`soak for ${minutes} min or ${cycles} cycles, seed ${seed}`);

  let reported = 0;
  const progress = ({ at, cycles: done }: Sample) => {
    if (at - reported < 60_000) return;
    reported = at;
    console.log(`${(at / 60_000).toFixed(0)} min, ${done} cycles`);
  };
  const task = { seconds: minutes * 60, cycles, seed, leak, snapshots: values.snapshots ? out : '' };
  const { samples, judged, counts, faults } = await soak(task, progress);

  console.log(counts);
  for (const { line, flat, from, to, allowed, slope } of judged) {
    console.log(`\n${line.title}: ${flat === undefined ? 'not judged' : flat ? 'flat' : 'RISES'}`);
    if (flat === undefined) continue;
    console.log(sparkline(samples.map((sample) => sample[line.key])));
    console.log(
      `${line.show(from)} to ${line.show(to)}, ${perThousand(line.show, slope)}, may rise by ${line.show(allowed)}`,
    );
  }
  const title = `scoped-rtc soak: ${counts.cycles ?? 0} cycles, ${counts.cleanups ?? 0} cleanups, ${faults.length} faults`;
  writeFileSync(`${out}/soak.svg`, chartSvg(title, samples, judged));
  const keys = ['at', 'cycles', 'threads', 'descriptors', 'heap', 'external', 'rss'] as const;
  const rows = samples.map((sample) => keys.map((key) => Math.round(sample[key])).join(','));
  writeFileSync(`${out}/soak.csv`, `${[keys.join(','), ...rows].join('\n')}\n`);
  console.log(`\n${out}/soak.svg, soak.csv`);

  for (const fault of faults) console.error(fault);
  const rises = judged.some(({ flat }) => flat === false);
  // Only Linux reports threads and descriptors; there they must have been judged.
  const unjudged = judged.filter(
    ({ flat, line }) => flat === undefined && (process.platform === 'linux' || line.key === 'rss'),
  );
  if (unjudged.length > 0)
    console.error(`too little was measured to judge: ${unjudged.map(({ line }) => line.title).join(', ')}`);
  process.exitCode = rises || faults.length > 0 || unjudged.length > 0 ? 1 : 0;
}

if (values.help) console.log(USAGE);
else await main();
