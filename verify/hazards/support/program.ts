// The child process: runs one side of one row, says what happened, and must then end by itself.
import { readdirSync, readFileSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { RtcRuntime } from '../../../src/index.js';
import type { Binding, Hazard, Report } from './hazard.js';
import { redirectBinding } from './other-binding.js';

const [file = '', side = 'sdk'] = process.argv.slice(2);

/** Synchronously, so that a crash right after does not take it away. */
function say(line: object): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

const report: Report = {
  lost: (count, total, what = 'messages') => {
    if (count > 0) say({ lost: count, total, what });
  },
  wrong: (what) => say({ wrong: what }),
  note: (what) => say({ note: what }),
};

/** Says when the event loop stood still for long; rows that are busy on purpose stay below. */
function watchEventLoop(): void {
  let last = performance.now();
  const look = () => {
    const now = performance.now();
    if (now - last > 1000) say({ blocked: Math.round(now - last) });
    last = now;
  };
  setInterval(look, 20).unref();
  process.on('exit', () => {
    look();
    say({ exiting: true }); // what other listeners do now is for the parent to measure
  });
}

function libraryThreads(): string[] {
  if (process.platform !== 'linux') return [];
  const names: string[] = [];
  for (const id of readdirSync('/proc/self/task')) {
    try {
      names.push(readFileSync(`/proc/self/task/${id}/comm`, 'utf8').trim());
    } catch {} // ended meanwhile
  }
  return names.filter((name) => /^(RTC|SCTP|juice)\b/.test(name));
}

/** libjuice does not wake this thread when its listener stops; nothing outside the library can (see docs/upstream.md). */
const MUX_THREAD = 'juice mux';

/** Nothing of the library may be left when a program has cleaned up after itself. */
async function sayWhatIsLeft(): Promise<void> {
  const end = performance.now() + 1000;
  while (libraryThreads().length > 0 && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const threads = libraryThreads();
  const owned = threads.filter((name) => name !== MUX_THREAD);
  if (owned.length > 0) say({ wrong: `${owned.length} library threads left (${owned.join(', ')})` });
  else if (threads.length > 0) say({ note: `a "${MUX_THREAD}" thread stays (upstream)` });
  if (side !== 'sdk') return;
  const { state, natives } = RtcRuntime.shared.snapshot();
  if (state !== 'idle' || natives.held + natives.retained > 0) {
    say({ wrong: `runtime ${state}, ${natives.held} natives held, ${natives.retained} retained` });
  }
}

redirectBinding(process.env.HAZARDS_BINDING);
watchEventLoop();
const { hazard } = (await import(file)) as { hazard: Hazard };
say({ begun: true });
if (side === 'raw') {
  await hazard.raw.program(createRequire(import.meta.url)('node-datachannel') as Binding, report);
} else await hazard.sdk.program(report);
await sayWhatIsLeft();
say({ done: true });
