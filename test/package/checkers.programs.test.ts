import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT } from '../support/child.js';
import { packed } from './packed.js';

const run = promisify(execFile);

let folder: string;
let tarball: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'checked-'));
  tarball = (await packed(folder)).tarball;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.each([
  ['publint', '--strict'],
  // What is for ES modules only cannot be required before Node 22, and is not meant to be.
  ['attw', '--profile', 'node16', '--ignore-rules', 'cjs-resolves-to-esm'],
])('the packed tarball passes %s', async (checker, ...options) => {
  const command = join(ROOT, 'node_modules', '.bin', checker);
  const found = await run(command, [tarball, ...options], { cwd: ROOT }).then(
    () => 'nothing',
    ({ stdout, stderr }: { stdout: string; stderr: string }) => stdout + stderr,
  );
  expect(found).toBe('nothing');
});
