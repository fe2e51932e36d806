import { writeSync } from 'node:fs';

/** Writes to the parent synchronously, so that a crash right after does not lose the line. */
export function say(line: object): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

/** All is done; from here on the process must end by itself. */
export function done(): void {
  say({ done: true });
}
