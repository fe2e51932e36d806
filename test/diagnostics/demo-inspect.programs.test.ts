import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { within } from '../support/event.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

it('the demo shows itself on the inspector, and ends when its page is closed', async () => {
  const child = spawn(process.execPath, ['--import', 'tsx', 'examples/demo.ts', '--inspect'], {
    cwd: ROOT,
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  let text = '';
  const said = (what: RegExp) =>
    within(
      new Promise<string>((resolve) => {
        const look = () => {
          const found = what.exec(text)?.[0];
          if (found !== undefined) resolve(found);
        };
        child.stdout.on('data', look);
        look();
      }),
      String(what),
      40_000,
    );
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const url = await said(/http:\/\/127\.0\.0\.1:\d+\/[\w-]+\//);
  expect(text).not.toContain('Act one');
  const page = new AbortController();
  const events = await fetch(`${url}events`, { signal: page.signal });
  const shown = events.text().catch(() => '');
  await said(/Close the page/);
  const { teardowns } = (await (await fetch(`${url}snapshot`)).json()) as { teardowns: { path: string }[] };
  expect(teardowns.map(({ path }) => path)).toEqual(expect.arrayContaining(['act-one', 'act-two']));
  page.abort();
  await shown;
  expect(await within(ended, 'the end of the demo', 20_000), text).toBe(0);
  expect(text).toContain('claims hold');
});
