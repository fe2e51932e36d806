import { RtcRuntime } from 'scoped-rtc';
import { describe, expect, it } from 'vitest';
import { openInspector } from '../../src/inspector/index.js';
import { loopbackPair } from '../../src/testing/index.js';
import { FirefoxPage } from '../support/firefox-page.js';
import { service } from '../support/services.js';

describe.skipIf(service('firefox') === undefined)('the page in headless Firefox', () => {
  it('shows a running application, the details of a handle, its events, and a trace that is dropped on it', async () => {
    const runtime = new RtcRuntime();
    await using inspector = await openInspector({ runtime });
    await using scope = runtime.scope('app');
    const { near, far } = await loopbackPair(scope);
    far.on('message', () => {});
    await near.send('x'.repeat(1000));
    await using page = await FirefoxPage.open(inspector.url);
    const query = (selector: string) => `document.querySelector(${JSON.stringify(selector)})`;

    await page.until(query('.tree [data-path="app/alice/chat"][data-state=open]'));
    await page.evaluate(`void ${query('.tree [data-path="app/alice"]')}.click()`);
    await page.until(`${query('[data-detail=DTLS] dd')}?.textContent === 'connected'`);
    expect(await page.evaluate(`${query('.candidates .selected')} !== null`)).toBe(true);
    expect(await page.evaluate(`${query('[data-event=state][data-path="app/alice"]')} !== null`)).toBe(true);

    const trace = { ...runtime.trace() };
    await scope.disposeAsync();
    await page.until(`${query('.tree-card .empty')}?.textContent.startsWith('Nothing lives')`);
    await page.evaluate(`(() => {
      const files = new DataTransfer();
      files.items.add(new File([${JSON.stringify(JSON.stringify(trace))}], 'trace.json'));
      dispatchEvent(new DragEvent('drop', { dataTransfer: files }));
    })()`);
    await page.until(query('[data-source=file]'));
    await page.until(query('.tree [data-path="app/alice/chat"]'));
  });
});
