import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import type { Row } from './rows.js';
import type { Counts } from './workbench.js';

export interface Result {
  readonly row: Row;
  readonly counts: Counts;
  readonly seconds: number;
}

const FILE = new URL('../../docs/compatibility.md', import.meta.url);
const HAZARDS = new URL('../../docs/hazards.md', import.meta.url);

export function tableOf(results: readonly Result[]): string {
  const lines = results.map(({ row, counts, seconds }) =>
    [
      row.group,
      row.version,
      `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`,
      `${seconds.toFixed(0)} s`,
    ].join(' | '),
  );
  return [
    '| | version | tests | time |',
    '| --- | --- | --- | --- |',
    ...lines.map((line) => `| ${line} |`),
  ].join('\n');
}

/** What the matrix and the hazard command found, for users. */
export function writeDocument(results: readonly Result[], folders: readonly string[]): void {
  const hazards = /^Measured .*$/m.exec(readFileSync(HAZARDS, 'utf8'))?.[0] ?? '';
  const text = `# Compatibility

Written by \`npm run matrix -- --write-docs\` on ${process.platform}-${process.arch} with ${cpus().length} cores,
${new Date().toISOString().slice(0, 10)}. Do not edit.

Tests: ${folders.length > 0 ? folders.map((folder) => `\`${folder}\``).join(', ') : 'all'}. For Node.js 24 and later
also a program with the engine's own \`await using\`. For vitest \`test/testing\`. For TypeScript the consumer project of \`test/package\`, compiled
against the packed tarball with \`skipLibCheck: false\`, and run.

${tableOf(results)}

[hazards.md](hazards.md) has what the binding does by itself. ${hazards}

The runtime knows the versions of node-datachannel in this table. With another one it goes on, and says so once with
the warning \`RTC_UNVERIFIED_BINDING\`. Older ones than 0.33.1 fetch their library from elsewhere than the npm
registry when they are installed, and are not supported.
`;
  writeFileSync(FILE, text);
}
