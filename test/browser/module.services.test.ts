import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  AcknowledgedChannel,
  type DataChannel,
  joinRoom,
  RtcRuntime,
  type RtcScope,
  type SignalingRoom,
} from 'scoped-rtc';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SignalingServer, startSignalingServer } from '../../src/signaling/server/index.js';
import { type BrowserName, BrowserWindow } from '../support/browser-window.js';
import { nextEvent, until, within } from '../support/event.js';
import { service } from '../support/services.js';

const PAGE = readFileSync(new URL('module-page.html', import.meta.url));
const NAMES: readonly BrowserName[] = ['chromium', 'firefox'];

let signaling: SignalingServer;
let site: Server;

beforeAll(async () => {
  signaling = await startSignalingServer({ port: 0, host: '127.0.0.1', serveClient: true });
  site = createServer((_, response) => response.setHeader('content-type', 'text/html').end(PAGE));
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  await signaling.stop({ timeout: 500 });
  site.closeAllConnections();
  await new Promise((resolve) => site.close(resolve));
});

interface Reported {
  readonly event: string;
  readonly more?: unknown;
}

describe.each(NAMES)('a page in %s, with the module that the signaling server serves,', (browser) => {
  it.skipIf(service(browser) === undefined)(
    'negotiates both ways, has acknowledged messages and a stream with a window',
    async () => {
      const server = `127.0.0.1:${signaling.port}`;
      await using rtc = RtcRuntime.acquire('module');
      const socket = () => rtc.createWebSocket(`ws://${server}/`);
      const control = joinRoom(socket, { room: browser, peer: 'control' });
      const node = joinRoom(socket, { room: browser, peer: 'node' });
      const toPage = control.connect('page').channel;
      const reported: Reported[] = [];
      toPage.subscribe((message) => void reported.push(message as Reported));
      const { port } = site.address() as AddressInfo;
      await using _ = new BrowserWindow(
        browser,
        `http://127.0.0.1:${port}/?${new URLSearchParams({ server, room: browser }).toString()}`,
      );
      await until(() => node.members.has('page'), 'the page', 60_000);
      expect(node.members.get('page')?.data).toEqual({ agent: expect.stringMatching(/Chrom|Firefox/) });

      const round = async <T>(
        name: string,
        body: (done: (event: string) => Promise<unknown>) => Promise<T>,
        options: object = {},
      ) => {
        reported.length = 0;
        void toPage.send({ round: name, options });
        return body(async (event) => {
          await until(() => reported.length > 0, event, 30_000);
          expect(reported[0]?.event, JSON.stringify(reported)).toBe(event);
          return reported.shift()?.more;
        });
      };

      // Which side yields: this one, the page, and whichever the two offers make it.
      for (const polite of [true, false, undefined]) {
        const pagePolite = polite === undefined ? undefined : !polite;
        await round('crossing', (done) => crossing(rtc, node, polite, done), { polite: pagePolite });
      }
      await round('acknowledged', (done) => acknowledged(rtc, node, done));
      await round('stream', (done) => stream(rtc, node, done));
      const left = nextEvent<[{ peer: string }, { code: number }]>(node, 'left');
      void toPage.send({});
      expect((await left)[1]).toEqual({ code: 1000, reason: 'it left' });
      await Promise.all([node.close(), control.close()]);
    },
    110_000,
  );
});

type Done = (event: string) => Promise<unknown>;

/** Not bound to the loopback interface, to which Firefox sends no checks. */
const connection = (rtc: RtcScope) => rtc.createPeerConnection('node');

async function crossing(
  rtc: RtcScope,
  node: SignalingRoom,
  polite: boolean | undefined,
  done: Done,
): Promise<void> {
  await using pc = connection(rtc);
  const ours = pc.createDataChannel('of node');
  const arrived = nextEvent<[DataChannel]>(pc, 'dataChannel');
  const way = node.connect('page');
  await pc.negotiate(way, polite === undefined ? {} : { polite });
  const [theirs] = await within(arrived, 'the channel of the page');
  theirs.on('message', (message) => void theirs.send(`node heard: ${String(message)}`));
  const received = nextEvent(ours, 'message');
  await ours.send('hello page');
  expect(String((await received)[0])).toBe('the page heard: hello page');
  expect(await done('crossed')).toBe('node heard: hello node');
  await way.channel.closed();
}

async function acknowledged(rtc: RtcScope, node: SignalingRoom, done: Done): Promise<void> {
  await using pc = connection(rtc);
  const way = node.connect('page');
  const negotiating = pc.negotiate(way);
  const over = pc.createDataChannel('acknowledged');
  await negotiating;
  const channel = new AcknowledgedChannel(over);
  const received: unknown[] = [];
  channel.subscribe((message) => void received.push((message as { n: number }).n));
  for (let n = 0; n < 500; n++) await channel.send({ n, of: 500 });
  expect(await done('acknowledged')).toEqual({ count: 500, inOrder: true, pending: 0 });
  expect((await channel.closed()).by).toBe('remote');
  expect(received).toEqual(Array.from({ length: 500 }, (_, n) => n));
  await way.channel.closed();
}

async function stream(rtc: RtcScope, node: SignalingRoom, done: Done): Promise<void> {
  await using pc = connection(rtc);
  const arrived = nextEvent<[DataChannel]>(pc, 'dataChannel');
  const way = node.connect('page');
  await pc.negotiate(way);
  const [channel] = await within(arrived, 'the channel of the page');
  const duplex = channel.toDuplex({ window: 65_536 });
  const bytes = randomBytes(4_000_000);
  const back = createHash('sha256');
  await within(
    Promise.all([
      pipeline(Readable.from([bytes.subarray(0, 3_000_000), bytes.subarray(3_000_000)]), duplex, {
        end: true,
      }),
      (async () => {
        for await (const chunk of duplex) back.update(chunk as Buffer);
      })(),
    ]),
    'the stream',
    40_000,
  );
  expect(back.digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'));
  await done('streamed');
  await way.channel.closed();
}
