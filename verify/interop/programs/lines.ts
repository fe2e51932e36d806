import { createInterface } from 'node:readline';

/** A peer program takes JSON by line, and ends with its input. */
export function takeLines(take: (message: Record<string, unknown>) => void, end: () => void): void {
  createInterface({ input: process.stdin })
    .on('line', (line) => take(JSON.parse(line)))
    .on('close', end);
}

export function sayLine(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
