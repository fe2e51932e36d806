import { readFileSync } from 'node:fs';
import type { SampleResult } from './sample-results.js';

export const GUIDE = new URL('../../docs/testing.md', import.meta.url);

const BLOCK = /<!-- sample: ([a-z-]+) -->\n[\s\S]*?<!-- end of sample -->/g;

/** Samples that the guide shows. */
export function samplesIn(guide: string): string[] {
  return [...guide.matchAll(BLOCK)].map(([, name]) => name!);
}

/** The guide with the code of each sample and what vitest said of it. */
export function withSamples(guide: string, results: ReadonlyMap<string, SampleResult>): string {
  return guide.replaceAll(BLOCK, (_, name: string) => {
    const code = readFileSync(new URL(`sample/${name}.sample.ts`, import.meta.url), 'utf8').trimEnd();
    const result = results.get(name)!;
    const failed = result.tests.filter(({ state }) => state === 'failed');
    const said = [
      ...failed.flatMap(({ test, errors }) => errors.map((error) => `FAIL  ${test}\n${error}`)),
      ...result.errors.map((error) => `FAIL  the file\n${error}`),
    ].join('\n\n');
    return [
      `<!-- sample: ${name} -->`,
      '```ts',
      code,
      '```',
      '',
      '```text',
      said,
      '```',
      '<!-- end of sample -->',
    ].join('\n');
  });
}

/** Without what differs from one run to the next, or from one machine to the other. */
export function steady(guide: string): string {
  return guide
    .replaceAll(/after \d+ ms/g, 'after N ms')
    .replaceAll(/\d+\.\d s\b/g, 'N s')
    .replaceAll(
      /\d+ threads of the library are still there: .+/g,
      'N threads of the library are still there',
    );
}
