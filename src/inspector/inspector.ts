import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Access, LOOPBACK } from './access.js';
import { Feed } from './feed.js';
import { checkInspectorOptions, type InspectorOptions } from './inspector-options.js';
import { loadPage, type PageFile } from './page-file.js';
import type { FeedMessage } from './protocol.js';
import { Viewer } from './viewer.js';

/** A page that shows what lives in a runtime. It never keeps the process alive. */
export interface Inspector extends AsyncDisposable {
  /** Where the page is; whoever has it can look. */
  readonly url: string;
  readonly port: number;
  /** Pages that look at it now. While there is none, the runtime is not looked at either. */
  readonly viewers: number;
  /** Ends all connections of pages and stops listening. Idempotent. */
  close(): Promise<void>;
}

/**
 * Serves a page on loopback that shows the ownership tree live: states, ages, traffic, library threads, warnings, and
 * the order and times of the latest teardowns. `await using inspector = await openInspector({ port: 0 })`.
 *
 * The URL has a random token in it; requests without it, or for another Host or from another Origin, get a 403.
 * Rejects when the port is taken, and with a `TypeError` or `RangeError` that names a wrong option.
 */
export async function openInspector(options: InspectorOptions = {}): Promise<Inspector> {
  const { port, runtime, interval } = checkInspectorOptions(options);
  const page = await loadPage();
  const server = createServer();
  await listen(server, port);
  return new RuntimeInspector(server, page, new Feed(runtime), interval);
}

class RuntimeInspector implements Inspector {
  readonly url: string;
  readonly port: number;
  readonly #server: Server;
  readonly #page: PageFile;
  readonly #feed: Feed;
  readonly #access: Access;
  readonly #interval: number;
  readonly #viewers = new Set<Viewer>();
  #timer: NodeJS.Timeout | undefined;
  #closed: Promise<void> | undefined;

  constructor(server: Server, page: PageFile, feed: Feed, interval: number) {
    this.port = (server.address() as AddressInfo).port;
    this.#server = server;
    this.#page = page;
    this.#feed = feed;
    this.#interval = interval;
    this.#access = new Access(this.port);
    this.url = `http://${LOOPBACK}:${this.port}/${this.#access.token}/`;
    server.unref();
    server.on('connection', (socket) => socket.unref());
    server.on('request', (request, response) => this.#answer(request, response));
  }

  get viewers(): number {
    return this.#viewers.size;
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#feed[Symbol.dispose]();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    // The socket of a page would let the process go before it has ended.
    this.#server.ref();
    for (const viewer of this.#viewers) viewer.end();
    this.#server.closeAllConnections();
    await closed;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    const path = this.#access.admit(request);
    if (path === undefined) return refuse(response, 403, 'forbidden: open the URL that openInspector() gave');
    if (request.method !== 'GET') return refuse(response, 405, 'only GET');
    switch (path) {
      case '/':
        response.setHeader('Content-Security-Policy', this.#page.policy);
        response.setHeader('Content-Type', 'text/html; charset=utf-8');
        response.end(this.#page.html);
        return;
      case '/events':
        this.#add(response);
        return;
      case '/snapshot':
        response.setHeader('Content-Type', 'application/json');
        this.#look();
        response.end(JSON.stringify(this.#feed.whole()));
        return;
      default:
        refuse(response, 404, 'not found');
    }
  }

  #add(response: ServerResponse): void {
    if (this.#viewers.size === 0) {
      this.#lookAfter(this.#interval);
    }
    const viewer = new Viewer(response, () => this.#feed.whole());
    this.#look(); // before it is added: it gets the whole
    this.#viewers.add(viewer);
    viewer.begin();
    response.on('close', () => this.#remove(viewer));
  }

  #remove(viewer: Viewer): void {
    this.#viewers.delete(viewer);
    if (this.#viewers.size > 0) return;
    clearTimeout(this.#timer);
    this.#feed.pause();
  }

  /** A tree so large that looking at it takes long is looked at less often, for the application's sake. */
  #lookAfter(ms: number): void {
    this.#timer = setTimeout(() => {
      const began = performance.now();
      this.#look();
      this.#lookAfter(Math.max(this.#interval, LEAST_REST * (performance.now() - began)));
    }, ms).unref();
  }

  #look(): void {
    const message: FeedMessage = this.#feed.next();
    if (this.#viewers.size === 0) return;
    const text = JSON.stringify(message);
    for (const viewer of this.#viewers) viewer.send(text);
  }
}

/** Times as long as a look took. */
const LEAST_REST = 10;

/** On every answer. */
const HEADERS: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

function refuse(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  response.setHeader('Content-Type', 'text/plain');
  response.end(`${text}\n`);
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, LOOPBACK, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
