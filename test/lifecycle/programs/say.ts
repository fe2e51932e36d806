import { writeSync } from 'node:fs';

/** Reports something to the test, at once: also from an `exit` listener. */
export function say(line: object): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

/** The program has nothing more to do; from here on it must exit by itself. */
export function mainDone(): void {
  say({ mainDone: Date.now() });
}
