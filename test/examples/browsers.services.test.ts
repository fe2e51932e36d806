import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterEach, expect, test } from 'vitest';
import { hasChromium, launchChromium, WITHOUT_MDNS } from '../support/chromium.js';
import { Child } from '../support/child.js';
import { installed, startExample } from './example-process.js';

let child: Child | undefined;
let browser: Browser | undefined;

afterEach(async () => {
  await browser?.close();
  child?.kill('SIGKILL');
});

async function started(name: string, ...args: string[]): Promise<{ url: string; running: Child }> {
  const running = await startExample(name, ...args);
  child = running;
  const [url = ''] = await running.said(/http:\/\/127\.0\.0\.1:\d+/);
  return { url, running };
}

async function terminated(running: Child): Promise<void> {
  running.kill('SIGTERM');
  expect(await running.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
}

test.skipIf(!hasChromium)(
  'a page asks the HTTP gateway over a data channel, and the gateway ends',
  async () => {
    const { url, running } = await started('http-gateway');
    const refused = await fetch(`${url}/connect`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'offer', sdp: 'nonsense' }),
    });
    expect(refused.status).toBe(400);

    browser = await launchChromium(WITHOUT_MDNS);
    const page = await browser.newPage();
    await page.goto(url);
    await page.waitForFunction(`document.querySelector('#log').textContent.includes('/nothing')`, undefined, {
      timeout: 40_000,
    });
    const lines = (await page.textContent('#log'))?.trim().split('\n');
    expect(lines).toEqual([
      expect.stringMatching(/^GET \/time: 200 \{"now":"\d{4}-/),
      'POST /sum: 200 {"sum":6}',
      expect.stringMatching(/^GET \/nothing: 404 /),
    ]);
    // As a browser opens ahead of requests.
    const early = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => {});
    await once(early, 'connect');
    await terminated(running);
    early.destroy();
  },
);

test.skipIf(!hasChromium)("the WHIP endpoint records a browser's camera", async () => {
  const folder = await mkdtemp(join(tmpdir(), 'scoped-rtc-test-'));
  try {
    const { url, running } = await started('camera-ingest', folder);
    const post = (body: string) =>
      fetch(`${url}/whip`, { method: 'POST', headers: { 'content-type': 'application/sdp' }, body });
    expect((await post('nonsense')).status).toBe(400);

    browser = await launchChromium(
      WITHOUT_MDNS,
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
    );
    const page = await browser.newPage();
    await page.goto(url);
    await page.click('#start');
    await page.waitForFunction(`document.querySelector('#state').textContent !== ''`);
    await page.waitForFunction(`document.querySelector('#state').textContent === 'connected'`);
    await expect
      .poll(async () => (await recorded(folder)).length, { timeout: 40_000 })
      .toBeGreaterThan(20_000);
    await page.click('#stop');
    await running.said(/^received .*: \d+ NAL units/m);

    // A byte stream that a decoder takes: it begins with the parameters, and there is a key frame.
    const types = unitTypes(await recorded(folder));
    expect(types.slice(0, 3)).toEqual([7, 8, 5]);
    expect(types).toContain(1);
    await terminated(running);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test.skipIf(!hasChromium)('a page talks to Node.js through the signaling server of the example', async () => {
  const running = await startExample('browser-peer');
  child = running;
  const [url = ''] = await running.said(/http:\/\/localhost:\d+\//);
  browser = await launchChromium(WITHOUT_MDNS);
  const page = await browser.newPage();
  await page.goto(url);
  const logged = (text: string) =>
    page.waitForFunction(`document.querySelector('#log').textContent.includes('${text}')`, undefined, {
      timeout: 40_000,
    });
  await logged('hello page-');
  await page.fill('input', 'good morning');
  await page.press('input', 'Enter');
  await logged('says: good morning');
  await terminated(running);
});

test.skipIf(!hasChromium)('a page talks to the program of the README', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const [, program = ''] = /server\.mjs[^]*?^```js\n([^]*?)^```$/m.exec(readme) ?? [];
  const { folder } = await installed();
  const anyPort = "0, 'localhost', function () { console.log('port', this.address().port); }";
  await writeFile(join(folder, 'server.mjs'), program.replace("8080, 'localhost'", anyPort));
  const running = new Child('node', ['server.mjs'], { folder });
  child = running;
  const [, port] = await running.said(/port (\d+)/);
  const url = `http://localhost:${port}`;
  expect((await fetch(url, { method: 'POST', body: 'nonsense' })).status).toBe(400);
  browser = await launchChromium(WITHOUT_MDNS);
  const page = await browser.newPage();
  await page.goto(url);
  await page.waitForFunction(`document.querySelector('pre').textContent === 'hello, page'`);
  running.kill('SIGINT');
  expect(await running.ended).toMatchObject({ code: 130, signal: null, stderr: '' });
});

async function recorded(folder: string): Promise<Buffer> {
  const [file] = await readdir(folder);
  return file === undefined ? Buffer.alloc(0) : readFile(join(folder, file));
}

/** Types of the NAL units behind their start codes. */
function unitTypes(stream: Buffer): number[] {
  const types: number[] = [];
  for (let at = 0; (at = stream.indexOf(Buffer.from([0, 0, 0, 1]), at)) >= 0; at += 4) {
    types.push((stream[at + 4] ?? 0) & 0x1f);
  }
  return types;
}
