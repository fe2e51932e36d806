import { writeSync } from 'node:fs';

/** Writes a line to the parent synchronously, so that it is not lost when the process crashes right after. */
export function say(line: object): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

/** Reports that the program has finished; from now on the process must end by itself. */
export function done(): void {
  say({ done: true });
}
