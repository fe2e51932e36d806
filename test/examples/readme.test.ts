import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

const ROOT = new URL('../../', import.meta.url);

const text = (path: string) => readFile(new URL(path, ROOT), 'utf8');

test('the README has a heading for every error code', async () => {
  const source = await text('src/errors/rtc-error.ts');
  const codes = [...source.matchAll(/^ {2}\| '(RTC_[A-Z_]+)'/gm)].map(([, code]) => code);
  expect(codes.length).toBeGreaterThan(10);
  const readme = await text('README.md');
  const headings = new Set([...readme.matchAll(/^### (RTC_[A-Z_]+)$/gm)].map(([, code]) => code));
  expect(codes.filter((code) => !headings.has(code))).toEqual([]);
});

test('the commands and files that the README names are there', async () => {
  const readme = await text('README.md');
  const { scripts } = JSON.parse(await text('package.json')) as { scripts: Record<string, string> };
  for (const [, script = ''] of readme.matchAll(/npm run (\w+)/g)) expect(scripts).toHaveProperty(script);
  for (const [, path = ''] of readme.matchAll(/\]\(((?:docs|examples)\/[^)#]+)\)/g)) {
    expect(await text(path), path).not.toBe('');
  }
  const examples = (await readdir(new URL('examples/', ROOT))).filter((name) => name.endsWith('.ts'));
  for (const name of examples) expect(readme).toContain(name.replace('.ts', ''));
});
