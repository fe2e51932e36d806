import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { ROOT } from '../support/child.js';
import { built } from './packed.js';

const run = promisify(execFile);

it('importing the package opens two files, and loads nothing of Node that few programs need', async () => {
  await built();
  const entry = await readFile(join(ROOT, 'dist/index.js'), 'utf8');
  const chunks = [...entry.matchAll(/from "(\.[^"]+)"/g)].map(([, path = '']) => join(ROOT, 'dist', path));
  expect(chunks).toHaveLength(1);
  expect(await readFile(chunks[0] ?? '', 'utf8')).not.toMatch(/^(import|\}) .*"\./m);
  const program = "await import('scoped-rtc'); console.log(process.moduleLoadList.join('\\n'))";
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], { cwd: ROOT });
  const loaded = stdout.split('\n');
  expect(loaded).toContain('NativeModule net');
  for (const name of ['crypto', 'dns', 'worker_threads'])
    expect(loaded).not.toContain(`NativeModule ${name}`);
});
