import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hasChromium, launchChromium, WITHOUT_MDNS } from '../support/chromium.js';
import { Child } from '../support/child.js';
import { freePort } from '../support/free-port.js';
import { installed } from './example-process.js';

const TUTORIAL = readFileSync(new URL('../../docs/tutorial.md', import.meta.url), 'utf8');

/** The blocks that are files, and one that is output, in the order in which the reader meets them. */
const steps = [...TUTORIAL.matchAll(/^<!-- tutorial: (.+) -->\n```\w+\n([^]*?)^```$/gm)].map(
  ([, name = '', text = '']) => ({ name, text }),
);

/** The nth version of a file. */
function textOf(name: string, version = 0): string {
  const found = steps.filter((step) => step.name === name)[version];
  if (!found) throw new Error(`the tutorial has no ${name}`);
  return found.text;
}

let folder: string;
/** One that is free, instead of the tutorial's. */
let port: number;
const running: Child[] = [];

beforeAll(async () => {
  ({ folder } = await installed());
  port = await freePort();
});
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
});

const write = (name: string, text: string) =>
  writeFileSync(join(folder, name), text.replaceAll('8443', String(port)));

function start(...args: string[]): Child {
  const child = new Child('node', args, { folder, environment: { NODE_TEST_CONTEXT: undefined } });
  running.push(child);
  return child;
}

test('every block of the tutorial is known here', () => {
  expect(steps.map(({ name }) => name)).toEqual([
    ...['hello.mjs', 'chat.mjs', 'server.mjs', 'page.html', 'chat.test.mjs'],
    ...['chat.mjs', 'output', 'server.mjs, more'],
  ]);
});

test('1: two peers in one process', async () => {
  write('hello.mjs', textOf('hello.mjs'));
  expect(await start('hello.mjs').ended).toMatchObject({ code: 0, stdout: 'hello\n', stderr: '' });
});

test.skipIf(!hasChromium)('2, 3: a page and the server talk, and Ctrl-C ends both', async () => {
  write('chat.mjs', textOf('chat.mjs'));
  write('server.mjs', textOf('server.mjs'));
  write('page.html', textOf('page.html'));
  const server = start('server.mjs');
  await server.said(/waiting for pages/);
  const browser = await launchChromium(WITHOUT_MDNS);
  try {
    const pages = [await browser.newPage(), await browser.newPage()];
    for (const page of pages) {
      await page.goto(pathToFileURL(join(folder, 'page.html')).href);
      await page.waitForFunction(`document.querySelector('pre').textContent.startsWith('hello page-')`);
      await page.fill('input', 'good morning');
      await page.press('input', 'Enter');
      await page.waitForFunction(
        `document.querySelector('pre').textContent.includes('you said: good morning')`,
      );
    }
    await pages[0]?.goto('about:blank');
    await server.said(/left after 1 messages/);
    server.kill('SIGINT');
    expect(await server.ended).toMatchObject({ code: 130, signal: null });
  } finally {
    await browser.close();
  }
});

test('4: the test passes', async () => {
  write('chat.mjs', textOf('chat.mjs'));
  write('chat.test.mjs', textOf('chat.test.mjs'));
  const { code, stdout } = await start('--test', 'chat.test.mjs').ended;
  expect(code, stdout).toBe(0);
});

test('5: the leak is reported as the tutorial says, and the process ends', async () => {
  write('chat.mjs', textOf('chat.mjs', 1));
  write('chat.test.mjs', textOf('chat.test.mjs'));
  const { code, stdout } = await start('--test', '--test-reporter=tap', 'chat.test.mjs').ended;
  expect(code).toBe(1);
  for (const line of textOf('output').split('\n')) expect(stdout).toContain(line);
});

test('6: the inspector shows the server', async () => {
  write('chat.mjs', textOf('chat.mjs'));
  write('server.mjs', `${textOf('server.mjs')}${textOf('server.mjs, more')}`);
  const server = start('server.mjs');
  const [, url = ''] = await server.said(/inspector: (\S+)/);
  expect(await (await fetch(`${url}snapshot`)).text()).toContain('server/127.0.0.1');
  server.kill('SIGINT');
  expect((await server.ended).code).toBe(130);
});
