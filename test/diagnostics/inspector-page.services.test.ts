import type { Browser, BrowserContext, Page } from 'playwright-core';
import { RtcRuntime, type RtcScope, type TeardownReport } from 'scoped-rtc';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hasChromium, launchChromium } from '../support/chromium.js';
import { type Inspector, openInspector } from '../../src/inspector/index.js';
import { createFakeBinding, loopbackPair } from '../../src/testing/index.js';

const MANY = 2000;
describe.skipIf(!hasChromium)('the page in headless Chromium', () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const errors: string[] = [];

  beforeAll(async () => {
    browser = await launchChromium();
  });

  afterAll(() => browser?.close());

  beforeEach(async () => {
    errors.length = 0;
    context = await browser.newContext({
      viewport: { width: 1480, height: 900 },
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    page = await context.newPage();
    // A breach of the page's own policy is reported on the console.
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    page.on('pageerror', (error) => errors.push(String(error)));
  });

  afterEach(async () => {
    expect(errors).toEqual([]);
    await context.close();
  });

  const open = async (inspector: Inspector) => {
    await page.goto(inspector.url);
    await page.waitForSelector('[data-source=live]');
  };
  const row = (path: string, state?: string) =>
    `.tree-row[data-path="${path}"]${state === undefined ? '' : `[data-state=${state}]`}`;
  const shows = (selector: string) => page.waitForSelector(selector);
  const vanishes = (selector: string) => page.waitForSelector(selector, { state: 'detached' });
  const fact = (name: string) => page.textContent(`[data-fact="${name}"]`);

  it('handles of a running application appear, change state and vanish', async () => {
    await using inspector = await openInspector();
    await open(inspector);
    expect(await page.textContent('.tree-card .empty')).toContain('Nothing lives');
    const scope = RtcRuntime.acquire('app');
    try {
      const pc = scope.createPeerConnection('early');
      await shows(row('app/early', 'opening'));
      const { near, far } = await loopbackPair(scope);
      await shows(row('app/alice/chat', 'open'));
      await shows(row('app/bob/chat', 'open'));
      far.on('message', () => {});
      for (let n = 0; n < 100; n++) await near.send('x'.repeat(1000));
      await shows(`${row('app/alice/chat')} .figure[title="100 messages, 100000 bytes"]`);
      await pc.close();
      await vanishes(row('app/early'));
    } finally {
      await scope.disposeAsync();
    }
    await vanishes(row('app'));
  });

  it('the waterfall is the report', async () => {
    let report: TeardownReport = [];
    const scope = RtcRuntime.acquire('job');
    using _told = RtcRuntime.shared.subscribe('teardown', (steps, path) => {
      if (path === 'job') report = steps;
    });
    await using inspector = await openInspector();
    const { near } = await loopbackPair(scope);
    scope.defer(() => new Promise((resolve) => setTimeout(resolve, 30)));
    const stuck = scope.fork('stuck', { timeout: 5000 });
    stuck.defer(() => {
      throw new Error('on purpose');
    });
    for (let n = 0; n < 500; n++) void near.send('x'.repeat(1000));
    await scope.disposeAsync().catch(() => {});
    expect(report.length).toBeGreaterThan(6);
    await open(inspector);
    await page.click('[role=tab]:text("Teardown")');
    await shows('.step');
    const seen = await page.$$eval('.step', (steps) =>
      steps.map((step) => {
        const { path, outcome, ms } = (step as unknown as { dataset: Record<string, string> }).dataset;
        const bar = step.querySelector('.span.release') as unknown as { style: { left: string } };
        return { path, outcome, ms: Number(ms), left: Number.parseFloat(bar.style.left) };
      }),
    );
    const total = Math.max(...report.map(({ endedAt }) => endedAt));
    expect(seen).toEqual(
      report.map(({ path, outcome, ms, drainMs, endedAt }) => ({
        path,
        outcome,
        ms,
        left: expect.closeTo((100 * (endedAt - (ms - drainMs))) / total, 1) as number,
      })),
    );
    expect(seen.some(({ outcome }) => outcome === 'failed')).toBe(true);
  });

  it(`${MANY} handles are shown as far as they can be seen, and can be filtered`, async () => {
    const runtime = new RtcRuntime({ native: createFakeBinding(), teardownTimeout: 60_000 });
    await using inspector = await openInspector({ runtime });
    await open(inspector);
    const scope: RtcScope = runtime.scope('big');
    for (let n = 0; n < MANY / 2; n++) {
      scope.createPeerConnection(`pc-${n}`).createDataChannel(n === 777 ? 'needle' : 'chat');
    }
    await shows(`[data-fact=handles]:text-is("${MANY}")`);
    // Only what can be seen is in the page.
    expect(await page.locator('.tree .tree-row').count()).toBeLessThan(80);
    await page.fill('input[type=search]', 'needle');
    await shows(row('big/pc-777/needle'));
    expect(await page.locator('.tree .tree-row').count()).toBe(3);
    expect(await fact('matches')).toBe(`1 of ${MANY + 1}`);
    await page.fill('input[type=search]', 'kind-of-nothing');
    expect(await page.textContent('.tree-card .empty')).toContain('Nothing matches');
    await page.fill('input[type=search]', '');
    await scope.disposeAsync();
    await vanishes(row('big'));
  });

  it('pauses, goes on, folds, and copies what it shows as JSON', async () => {
    const runtime = new RtcRuntime({ native: createFakeBinding() });
    using _quiet = runtime.subscribe('warning', () => {});
    await using inspector = await openInspector({ runtime });
    await open(inspector);
    const scope = runtime.scope('app');
    const pc = scope.createPeerConnection('alice');
    expect(() => pc.dependsOn(pc)).toThrow();
    await shows(row('app/alice'));
    await shows('.warnings code:text("RTC_DEPENDENCY_CYCLE")');
    await page.click('button:text("Pause")');
    await shows('[data-source=paused]');
    scope.createPeerConnection('bob');
    await page.click('button:text("Copy JSON")');
    const copied = JSON.parse(await page.evaluate('navigator.clipboard.readText()')) as {
      scopes: { path: string; children: { path: string; state: string }[] }[];
      warnings: { code: string }[];
    };
    expect(copied.scopes).toMatchObject([
      { path: 'app', children: [{ path: 'app/alice', state: 'opening' }] },
    ]);
    expect(copied.warnings).toMatchObject([{ code: 'RTC_DEPENDENCY_CYCLE' }]);
    expect(await page.locator(row('app/bob')).count()).toBe(0);
    await page.click('button:text("Go on")');
    await shows(row('app/bob'));
    await page.click('[aria-label="fold app"]');
    await vanishes(row('app/alice'));
    await page.click('[aria-label="unfold app"]');
    await shows(row('app/alice'));
    await scope.disposeAsync();
  });

  it('details of the selected handle: states, candidates, buffers, who depends on it, figures over time', async () => {
    const runtime = new RtcRuntime();
    await using inspector = await openInspector({ runtime });
    await using scope = runtime.scope('app');
    const { near, far, alice, bob } = await loopbackPair(scope);
    alice.dependsOn(bob);
    far.on('message', () => {});
    await near.send('x'.repeat(1000));
    await open(inspector);
    await page.click(row('app/bob'));
    const detail = (name: string) => page.textContent(`[data-detail="${name}"] dd`);
    await shows('[data-details="app/bob"] [data-detail=DTLS]');
    expect(await detail('DTLS')).toBe('connected');
    expect(await detail('ends after')).toBe('app/alice');
    expect(await page.locator('.candidates .selected').count()).toBe(2);
    expect(await page.textContent('.sdp pre')).toMatch(/a=ice-pwd:"?\[redacted\]/);
    await page.click('[data-detail="ends after"] button');
    await shows('[data-details="app/alice"]');
    // From there by the keyboard: down to its channel, and away.
    await page.focus('[role=tree]');
    await page.keyboard.press('ArrowDown');
    await shows('[data-details="app/alice/chat"] [data-detail="send buffer"]');
    expect(await detail('delivery')).toBe('ordered, reliable');
    expect(await page.locator('.details .plot').count()).toBe(3);
    expect(await page.getAttribute('[role=tree]', 'aria-activedescendant')).toBe(
      await page.getAttribute(row('app/alice/chat'), 'id'),
    );
    await page.keyboard.press('Escape');
    await vanishes('.details');
  });

  it('sorts by rate and groups by kind', async () => {
    const runtime = new RtcRuntime();
    await using inspector = await openInspector({ runtime });
    await using scope = runtime.scope('app');
    const { near, far } = await loopbackPair(scope);
    far.on('message', () => {});
    await open(inspector);
    const timer = setInterval(() => near.trySend('x'.repeat(1000)), 10);
    try {
      await shows(`${row('app/alice/chat')} .rate.out:has-text("kB")`);
      await page.selectOption('[aria-label=grouping]', 'kind');
      await page.click('[data-sort=outRate]');
      await shows('[data-group=DataChannel]');
      const paths = () =>
        page.$$eval('.tree [data-path]', (rows) =>
          rows.map((one) => (one as unknown as { dataset: { path: string } }).dataset.path),
        );
      expect((await paths()).slice(0, 2)).toEqual(['app/alice/chat', 'app/bob/chat']);
      // The end of a path, where they differ, is what can be read of a long one.
      expect(await page.locator(`${row('app/alice/chat')} .name.path`).count()).toBe(1);
      await page.click('[data-sort=inRate]');
      await shows(`.tree .list-row:nth-child(2) ${row('app/bob/chat')}`);
    } finally {
      clearInterval(timer);
    }
  });

  it('the timeline has what was before the page; it is zoomed, filtered, saved, and opened again', async () => {
    const runtime = new RtcRuntime();
    await using inspector = await openInspector({ runtime });
    await using scope = runtime.scope('app');
    const pc = scope.createPeerConnection('<b>alice');
    pc.createDataChannel('chat');
    await expect(pc.connected({ timeout: 30 })).rejects.toThrow('nobody');
    await open(inspector);
    await shows('[data-event=waited]');
    const count = async () => Number(/^\d+/.exec((await fact('events')) ?? '')?.[0]);
    const all = await count();
    await page.selectOption('[aria-label=events]', 'problems');
    expect(await count()).toBe(1);
    expect(await page.textContent('.event-text')).toContain('nobody at the other end of the signaling');
    await page.selectOption('[aria-label=events]', 'all events');
    await page.focus('.strip');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('+');
    expect(await count()).toBeLessThan(all);
    await page.keyboard.press('Escape');
    expect(await count()).toBe(all);

    const [download] = await Promise.all([page.waitForEvent('download'), page.click('text=Save trace')]);
    const file = await download.path();
    await scope.disposeAsync();
    await page.setInputFiles('input[type=file]', file);
    await shows('[data-source=file]');
    await shows(row('app/_b_alice').replace('_b_', '<b>'));
    await page.click('.event-waited .event-path');
    await shows('.details [data-detail=connection]');
    expect(await page.textContent('[data-detail=waited]')).toContain(
      'nobody at the other end of the signaling',
    );
    await page.setInputFiles('input[type=file]', { name: 'x', mimeType: '', buffer: Buffer.from('{}') });
    expect(await page.textContent('[role=alert]')).toContain('not a trace');
    await page.click('text=Back to the program');
    await shows('[data-source=live]');
  });

  it('a teardown is seen although the inspector was opened in the scope that ended', async () => {
    const runtime = new RtcRuntime({ native: createFakeBinding() });
    {
      await using scope = runtime.scope('job');
      scope.createPeerConnection('alice');
      await using inspector = await openInspector({ runtime, interval: 10_000 });
      await open(inspector);
      await shows(row('job/alice'));
    }
    await shows('[data-source=ended]');
    await page.click('[role=tab]:text("Teardown")');
    await shows('.step[data-path="job/alice"]');
    expect(runtime.state).toBe('idle');
  });

  it('is as wide as a phone, and takes no room for warnings that are not there', async () => {
    const runtime = new RtcRuntime({ native: createFakeBinding() });
    await using inspector = await openInspector({ runtime });
    await using scope = runtime.scope('app');
    scope.createPeerConnection('somebody').createDataChannel('chat', { ordered: false, maxRetransmits: 0 });
    await page.setViewportSize({ width: 390, height: 844 });
    await open(inspector);
    await shows(row('app/somebody/chat'));
    await page.click(row('app/somebody/chat'));
    await shows('[data-detail=delivery]');
    // Too long for half a line, where it would break within a word.
    const widthOf = (selector: string) =>
      page.$eval(selector, (element) => (element as unknown as { clientWidth: number }).clientWidth);
    expect(await widthOf('[data-detail=delivery]')).toBe(await widthOf('.facts-list'));
    expect(await page.isVisible('[data-event=create] .event-type')).toBe(true);
    expect(await widthOf('[data-event=create] .event-text')).toBeGreaterThan(250);
    await page.keyboard.press('Escape');
    const width = await page.$eval(`${row('app/somebody')} .name`, (name) =>
      (name as unknown as { getBoundingClientRect: () => { width: number } }).getBoundingClientRect(),
    );
    expect(width.width).toBeGreaterThan(55);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    expect(await page.locator('.warnings-card').count()).toBe(0);
  });

  it('without a program it waits for a trace', async () => {
    await page.goto(new URL('../../dist/inspector/page/index.html', import.meta.url).href);
    expect(await page.textContent('[data-source=file]')).toBe('no trace opened yet');
    expect(await page.textContent('.tree-card .empty')).toContain('Drop a file here');
  });

  it('says so when the application has gone', async () => {
    const runtime = new RtcRuntime({ native: createFakeBinding() });
    const inspector = await openInspector({ runtime });
    await open(inspector);
    await inspector.close();
    await shows('[data-source=ended]');
  });

  it('is light or dark as the system is', async () => {
    await using inspector = await openInspector({ runtime: new RtcRuntime({ native: createFakeBinding() }) });
    const brightness = async () => {
      const color = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
      return Math.max(...(color.match(/\d+/g) ?? []).map(Number));
    };
    await page.emulateMedia({ colorScheme: 'light' });
    await open(inspector);
    expect(await brightness()).toBeGreaterThan(200);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await brightness()).toBeLessThan(60);
  });
});
