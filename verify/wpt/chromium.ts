import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../../test/support/chromium.js';
import { TRANSCEIVERS } from './core.js';
import { scriptsNamedIn } from './page.js';
import type { PageResult, Subtest } from './results.js';

/** In the place of the suite's `testharnessreport.js`. */
const REPORT = `add_completion_callback((tests) => {
  window.ended = tests.map(({ name, status, message }) => ({ name, status, message }));
});`;

const WITHOUT_DEVICES = `
  Object.defineProperty(navigator, 'mediaDevices', { value: undefined });
  delete window.AudioContext;
`;

/** Takes away the sources of media. */
const WITHOUT_SOURCES = `${WITHOUT_DEVICES}
  delete HTMLCanvasElement.prototype.captureStream;
`;

/** Takes away what has media: what passes without it can be asked of an implementation that has none. */
const WITHOUT_MEDIA = `${WITHOUT_DEVICES}
  for (const name of ['addTransceiver', 'addTrack', 'addStream']) {
    RTCPeerConnection.prototype[name] = () => { throw new DOMException('no media', 'NotSupportedError'); };
  }
`;

/** The pages in Chromium, without media, or of those about transceivers without a source of media: the reference. */
export class Chromium implements AsyncDisposable {
  readonly #server: Server;
  readonly #browser: Browser;

  private constructor(server: Server, browser: Browser) {
    this.#server = server;
    this.#browser = browser;
  }

  static async launch(folder: string): Promise<Chromium> {
    const server = createServer(({ url = '/' }, response) => {
      const path = normalize(new URL(url, 'http://localhost').pathname);
      try {
        response.setHeader('content-type', path.endsWith('.js') ? 'text/javascript' : 'text/html');
        response.end(contentOf(folder, path));
      } catch {
        response.writeHead(404).end();
      }
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return new Chromium(server, await launchChromium('--js-flags=--expose-gc'));
  }

  async run(file: string): Promise<PageResult> {
    const page = await this.#browser.newPage();
    try {
      await page.addInitScript(TRANSCEIVERS.includes(file) ? WITHOUT_SOURCES : WITHOUT_MEDIA);
      const { port } = this.#server.address() as AddressInfo;
      await page.goto(`http://localhost:${port}/webrtc/${file}`);
      const ended = await page.waitForFunction('window.ended', undefined, { timeout: 90_000 });
      return { subtests: (await ended.jsonValue()) as Subtest[] };
    } catch (error) {
      return { subtests: [], fault: String(error) };
    } finally {
      await page.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

function contentOf(folder: string, path: string): string | Buffer {
  if (path === '/resources/testharnessreport.js') return REPORT;
  if (!path.endsWith('.window.js.html')) return readFileSync(join(folder, path));
  const script = path.replace(/\.html$/, '');
  const text = readFileSync(join(folder, script), 'utf8');
  const sources = [
    '/resources/testharness.js',
    '/resources/testharnessreport.js',
    ...scriptsNamedIn(text),
    script,
  ];
  return sources.map((source) => `<script src="${source}"></script>`).join('\n');
}
