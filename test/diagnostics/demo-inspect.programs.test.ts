import { expect, it } from 'vitest';
import { startExample } from '../examples/example-process.js';

it('the demo shows itself on the inspector, and ends when its page is closed', async () => {
  const child = await startExample('demo', '--inspect');
  const [url] = await child.said(/http:\/\/127\.0\.0\.1:\d+\/[\w-]+\//);
  expect(child.stdout).not.toContain('Act one');
  const page = new AbortController();
  const events = await fetch(`${url}events`, { signal: page.signal });
  const shown = events.text().catch(() => '');
  await child.said(/Close the page/);
  const { teardowns } = (await (await fetch(`${url}snapshot`)).json()) as { teardowns: { path: string }[] };
  expect(teardowns.map(({ path }) => path)).toEqual(expect.arrayContaining(['act-one', 'act-two']));
  page.abort();
  await shown;
  const { code, stdout } = await child.ended;
  expect(code, stdout).toBe(0);
  expect(stdout).toContain('claims hold');
});
