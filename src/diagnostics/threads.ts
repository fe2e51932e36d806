import { readdirSync, readFileSync } from 'node:fs';

/** The library's threads, as the operating system shows them. */
export interface NativeThreads {
  /** False where the system does not name threads (anything but Linux); the rest is empty then. */
  readonly supported: boolean;
  readonly count: number;
  readonly names: readonly string[];
}

/** Names that libdatachannel, usrsctp and libjuice give their threads, cut to 15 characters by Linux. */
const LIBRARY_THREADS = new Set([
  'RTC worker',
  'RTC poll',
  'RTC server',
  'RTC cleanup',
  'SCTP iterator',
  'SCTP timer',
  'juice poll',
  'juice mux',
]);

const TASKS = '/proc/self/task';

/** Reads a few small files; well under a millisecond. */
export function nativeThreads(): NativeThreads {
  if (process.platform !== 'linux') return { supported: false, count: 0, names: [] };
  const names: string[] = [];
  try {
    for (const task of readdirSync(TASKS)) {
      const name = threadName(task);
      if (name !== undefined && LIBRARY_THREADS.has(name)) names.push(name);
    }
  } catch {
    return { supported: false, count: 0, names: [] };
  }
  return { supported: true, count: names.length, names };
}

function threadName(task: string): string | undefined {
  try {
    return readFileSync(`${TASKS}/${task}/comm`, 'utf8').trim();
  } catch {
    return undefined; // the thread ended between the two reads
  }
}
