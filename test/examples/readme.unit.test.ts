import { readdir, readFile, stat } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { documents } from './docs/blocks.js';

const ROOT = new URL('../../', import.meta.url);

const text = (path: string) => readFile(new URL(path, ROOT), 'utf8');

/** The string literals of a union type, as `src` writes it: one a line. */
const namesIn = (source: string) =>
  [...source.matchAll(/^ {2}\| '(RTC_[A-Z_]+)'/gm)].map(([, name]) => name ?? '');

test('the guide to errors has a heading for every code of an error or warning, and no other', async () => {
  const codes = [
    ...namesIn(await text('src/errors/rtc-error.ts')),
    ...namesIn(await text('src/diagnostics/warning.ts')),
  ];
  expect(codes.length).toBeGreaterThan(15);
  const guide = await text('docs/errors.md');
  const headings = [...guide.matchAll(/^### (RTC_.+)$/gm)].flatMap(([, found = '']) => found.split(', '));
  expect(headings.toSorted()).toEqual(codes.toSorted());
});

test('the commands that the documents name are there', async () => {
  const { scripts } = JSON.parse(await text('package.json')) as { scripts: Record<string, string> };
  const missing = new Set<string>();
  for (const file of await documents()) {
    for (const [, script = ''] of (await text(file)).matchAll(/npm run ([\w:-]+)/g)) {
      if (!Object.hasOwn(scripts, script)) missing.add(`${file}: npm run ${script}`);
    }
  }
  expect([...missing]).toEqual([]);
});

test('every link within the documents leads somewhere, headings included', async () => {
  const dead: string[] = [];
  for (const file of await documents()) {
    const content = (await text(file)).replace(/^(`{3,})[\s\S]*?^\1$/gm, '').replace(/`[^`\n]*`/g, '');
    for (const [, target = ''] of content.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [path = '', anchor] = target.split('#');
      // The reference is made from the sources, when it is wanted.
      if (path.includes('api/')) continue;
      const url = path === '' ? new URL(file, ROOT) : new URL(path, new URL(file, ROOT));
      const exists = await stat(url).catch(() => undefined);
      if (!exists) dead.push(`${file}: ${target}`);
      else if (anchor !== undefined && !anchorsOf(await readFile(url, 'utf8')).has(anchor))
        dead.push(`${file}: ${target}`);
    }
  }
  expect(dead).toEqual([]);
});

test('the README names every example', async () => {
  const readme = await text('README.md');
  const examples = (await readdir(new URL('examples/', ROOT))).filter((name) => name.endsWith('.ts'));
  for (const name of examples) expect(readme).toContain(name.replace('.ts', ''));
});

/** What GitHub makes of headings. */
function anchorsOf(markdown: string): Set<string> {
  const headings = [...markdown.matchAll(/^#{1,6} (.*)$/gm)].map(([, heading = '']) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(' ', '-'),
    ),
  );
}
