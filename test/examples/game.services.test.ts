import type { Browser, Page } from 'playwright-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hasChromium, launchChromium, WITHOUT_MDNS } from '../support/chromium.js';
import type { Child } from '../support/child.js';
import { startExample } from './example-process.js';

let game: Child;
let url: string;
const browsers: Browser[] = [];

beforeEach(async () => {
  game = await startExample('game');
  [url = ''] = await game.said(/http:\/\/localhost:\d+\//);
});

afterEach(async () => {
  for (const browser of browsers.splice(0)) await browser.close();
  game.kill('SIGKILL');
});

/** A player in a browser of its own, so that it can vanish alone. */
async function player(name: string): Promise<Page> {
  const browser = await launchChromium(WITHOUT_MDNS);
  browsers.push(browser);
  const page = await browser.newPage();
  await page.goto(`${url}?name=${name}`);
  return page;
}

const says = (page: Page, id: string, text: string) =>
  page.waitForFunction(
    ([where = '', what = '']) =>
      (globalThis as unknown as { document: Pages }).document
        .querySelector(where)
        ?.textContent?.includes(what),
    [`#${id}`, text],
    { timeout: 80_000 },
  );

/** What of the DOM the functions that run in a page use here. */
interface Pages {
  querySelector(selector: string): { textContent: string | null } | null;
}

/** Where a player is, as a page was informed. */
async function place(page: Page, name: string): Promise<number[]> {
  const text = (await page.textContent('#players')) ?? '';
  const [, x, y] = new RegExp(`${name} ([\\d.]+) ([\\d.]+)`).exec(text) ?? [];
  return [Number(x), Number(y)];
}

test.skipIf(!hasChromium)(
  'two browsers meet in an arena, see each other move, see one vanish, and are informed when the server ends',
  async () => {
    const [ann, bob] = await Promise.all([player('ann'), player('bob')]);
    await says(bob, 'lobby', 'red (0)');
    await ann.click('#arena-red');
    await says(ann, 'players', 'ann');
    await says(bob, 'lobby', 'red (1)'); // the lobby is informed who plays
    await bob.click('#arena-red');
    await Promise.all([
      says(ann, 'players', 'bob'),
      says(bob, 'players', 'ann'),
      says(ann, 'log', 'bob joined'),
    ]);

    // The server moves ann, and bob sees it. Away from the side at which she may stand.
    const [x = 0] = await place(bob, 'ann');
    await ann.keyboard.down(x < 0.5 ? 'ArrowRight' : 'ArrowLeft');
    await expect
      .poll(async () => Math.abs(((await place(bob, 'ann'))[0] ?? x) - x), { timeout: 20_000 })
      .toBeGreaterThan(0.1);

    // What is no direction stops nobody but the one who sent it.
    const third = await player('cyd');
    await third.click('#arena-red');
    await says(ann, 'players', 'cyd');

    // One browser is gone without a word.
    await third.context().browser()?.close();
    browsers.pop();
    await Promise.all([says(ann, 'log', 'cyd left'), says(bob, 'log', 'cyd left')]);
    expect(await ann.textContent('#players')).not.toContain('cyd');

    game.kill('SIGTERM');
    await Promise.all([
      says(ann, 'log', 'the end: the server closes now'),
      says(bob, 'log', 'the end: the server closes now'),
    ]);
    expect(await game.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
  },
  110_000,
);

test.skipIf(!hasChromium)('a player that calls itself the server is refused with the reason', async () => {
  const page = await player('server');
  await says(page, 'log', 'no lobby');
  expect(await page.textContent('#log')).toContain('that name is taken');
});
