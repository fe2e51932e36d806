import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { type DataChannel, type PeerConnection, RtcRuntime, type Signaling } from 'scoped-rtc';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium, launchChromium, WITHOUT_MDNS } from '../support/chromium.js';
import { note, numbered, type Seen } from '../messages/numbered.js';
import { within } from '../support/event.js';
import { nothingLeft } from '../support/nothing-left.js';

const COUNT = 10_000;
const SIZE = 100;

describe.skipIf(!hasChromium)('with headless Chromium as the peer', () => {
  let browser: Browser;
  let server: Server;

  beforeAll(async () => {
    const page = readFileSync(new URL('page.html', import.meta.url));
    server = createServer((_, response) => response.setHeader('content-type', 'text/html').end(page));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    browser = await launchChromium(WITHOUT_MDNS);
  });

  afterAll(async () => {
    await browser?.close();
    await new Promise((resolve) => server.close(resolve));
  });

  /** A page, and our connection to it with one open channel; the scope ends when `body` does. */
  async function withPage(
    body: (channel: DataChannel, page: Page, seen: Seen, pc: PeerConnection) => Promise<void>,
  ): Promise<{ page: Page; seen: Seen }> {
    const page = await browser.newPage();
    const seen: Seen = { count: 0 };
    const early: unknown[] = [];
    let receive = (message: unknown): void => void early.push(message);
    await page.exposeFunction('tell', (message: unknown) => receive(message));
    await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
    const signaling: Signaling = {
      send: (message) => page.evaluate(`take(${JSON.stringify(message)})`) as Promise<void>,
      subscribe(onMessage) {
        receive = onMessage;
        for (const message of early.splice(0)) onMessage(message);
        return {
          [Symbol.dispose]() {
            receive = () => {};
          },
        };
      },
      close: () => {},
    };
    await RtcRuntime.acquire('browser').run(async (scope) => {
      const pc = scope.createPeerConnection('page');
      const channel = pc.createDataChannel('messages');
      channel.on('message', (message) => note(seen, message));
      await pc.negotiate(signaling);
      await channel.opened();
      await page.waitForFunction('state.channel !== undefined');
      await body(channel, page, seen, pc);
    });
    await nothingLeft();
    return { page, seen };
  }

  async function sendAll(channel: DataChannel): Promise<void> {
    for (let n = 0; n < COUNT; n++) void channel.send(numbered(n, SIZE));
  }

  /** All messages of the page have been given to `seen`. */
  function arrival(channel: DataChannel, seen: Seen): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (seen.count >= COUNT) resolve();
      };
      channel.on('message', look);
      look();
    });
  }

  const complete = { count: COUNT, outOfOrder: null, closed: true, sent: COUNT };

  it('opens a WebSocket for which it offers two subprotocols', async () => {
    const page = await browser.newPage();
    await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
    await RtcRuntime.acquire('sockets').run(async (scope) => {
      const sockets = scope.createWebSocketServer({ port: 0, bindAddress: '127.0.0.1', protocols: ['chat'] });
      sockets.on('connection', (socket) => void socket.send(`you speak ${socket.protocol}`));
      const told = await page.evaluate(`new Promise((resolve, reject) => {
        const socket = new WebSocket('ws://127.0.0.1:${sockets.port}/', ['v2.chat', 'chat']);
        socket.onerror = () => reject(new Error('refused'));
        socket.onmessage = ({ data }) => resolve([socket.protocol, data]);
      })`);
      expect(told).toEqual(['chat', 'you speak chat']);
    });
    await page.close();
    await nothingLeft();
  });

  it(`exchanges ${COUNT} messages each way, and our close at once loses none`, async () => {
    const { page, seen } = await withPage(async (channel, page, seen) => {
      await page.evaluate(`run(${COUNT}, ${SIZE}, false)`);
      await sendAll(channel);
      await within(arrival(channel, seen), 'the messages of the page');
      await channel.close();
      expect((await channel.closed()).undelivered).toBe(0);
    });
    expect(seen).toEqual({ count: COUNT });
    await page.waitForFunction('state.closed');
    expect(await page.evaluate('result()')).toEqual(complete);
    await page.close();
  });

  it(`sends ${COUNT} messages and leaves the scope at once: all arrive`, async () => {
    const { page } = await withPage((channel) => sendAll(channel));
    await page.waitForFunction('state.closed');
    expect(await page.evaluate('result()')).toEqual({ ...complete, sent: 0 });
    await page.close();
  });

  it(`exchanges ${COUNT} messages each way, and the page's close at once loses none of its`, async () => {
    const { page } = await withPage(async (channel, page, seen) => {
      await sendAll(channel);
      await page.waitForFunction(`state.count >= ${COUNT}`);
      await page.evaluate(`run(${COUNT}, ${SIZE}, true)`);
      await within(arrival(channel, seen), 'the messages of the page');
      // The reset of the stream may wait in SCTP for the next data of any stream (H55).
      await page.evaluate('sendAgain()');
      const { by } = await within(channel.closed(), 'the close');
      expect(by).toBe('remote');
      expect(seen).toEqual({ count: COUNT });
    });
    await page.waitForFunction('state.closed');
    expect(await page.evaluate('result()')).toEqual(complete);
    await page.close();
  });
});
