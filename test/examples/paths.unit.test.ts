import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/child.js';

const FOLDERS = ['src', 'test', 'verify', 'docs', 'examples', 'scripts'];
/** Every file of the root and these folders, by its path below the root, and a folder that a command makes. */
const files = [
  ...readdirSync(ROOT),
  ...FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((path) => `${folder}/${path}`),
  ),
  'docs/api',
];
const pages = [
  'README.md',
  'SECURITY.md',
  'CONTRIBUTING.md',
  ...files.filter((path) => /^docs\/[^/]+\.md$/.test(path)),
];

describe('paths in documents', () => {
  it.each(pages)('%s names files and folders that there are', (page) => {
    expect(pathsIn(readFileSync(join(ROOT, page), 'utf8')).filter((path) => !isThere(path))).toEqual([]);
  });

  it('are found in CONTRIBUTING.md, also in its ways through src', () => {
    const paths = pathsIn(readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8'));
    expect(paths).toEqual(expect.arrayContaining(['src/library/', 'scope/teardown.ts', 'inbox.ts']));
    expect(isThere('scope/no-such-file.ts')).toBe(false);
  });
});

/** What stands as code in the text and is the path of a folder of ours, or of a TypeScript file. */
function pathsIn(page: string): string[] {
  const ours = new RegExp(`^(?:(?:${FOLDERS.join('|')})/[\\w./-]*|[\\w./-]+\\.ts)$`);
  return [...page.matchAll(/`([^`\n]+)`/g)]
    .map(([, code]) => code as string)
    .filter((code) => ours.test(code));
}

/** The ways through `src` leave out the folders that were named before. */
function isThere(path: string): boolean {
  const wanted = `/${path.replace(/\/$/, '')}`;
  return files.some((file) => `/${file}`.endsWith(wanted));
}
