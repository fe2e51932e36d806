import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { membersOf } from '../diagnostics/snapshot.js';
import type { RtcRuntime } from '../runtime/rtc-runtime.js';
import { Access, LOOPBACK } from './access.js';
import { Feed } from './feed.js';
import { checkInspectorOptions, type InspectorOptions } from './inspector-options.js';
import { loadPage, type PageFile } from './page-file.js';
import type { FeedMessage, MemberMessage } from './protocol.js';

/** A server for a page that shows the ownership tree of a runtime. It never keeps the process alive. */
export interface Inspector extends AsyncDisposable {
  /** Address of the page. Everybody on this machine who knows it has access. */
  readonly url: string;
  readonly port: number;
  /** Number of open pages. While there is none, no snapshots of the runtime are taken. */
  readonly viewers: number;
  /** Closes the connections of all pages and stops listening. Idempotent. */
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
  const { port, runtime, interval, editor } = checkInspectorOptions(options);
  const page = await loadPage();
  const server = createServer();
  await listen(server, port);
  return new RuntimeInspector(server, page, runtime, new Feed(runtime, editor), interval);
}

class RuntimeInspector implements Inspector {
  readonly url: string;
  readonly port: number;
  readonly #server: Server;
  readonly #page: PageFile;
  readonly #runtime: RtcRuntime;
  readonly #teardowns: Disposable;
  readonly #feed: Feed;
  readonly #access: Access;
  readonly #interval: number;
  readonly #viewers = new Set<Viewer>();
  #timer: NodeJS.Timeout | undefined;
  #closed: Promise<void> | undefined;

  constructor(server: Server, page: PageFile, runtime: RtcRuntime, feed: Feed, interval: number) {
    this.port = (server.address() as AddressInfo).port;
    this.#server = server;
    this.#page = page;
    this.#runtime = runtime;
    this.#feed = feed;
    this.#interval = interval;
    this.#access = new Access(this.port);
    this.url = `http://${LOOPBACK}:${this.port}/${this.#access.token}/`;
    server.unref();
    server.on('connection', (socket) => socket.unref());
    server.on('request', (request, response) => this.#answer(request, response));
    // The process may end right after the last teardown, so pages are updated at once.
    this.#teardowns = runtime.subscribe('teardown', () => {
      if (this.viewers > 0 && runtime.state === 'idle') this.#look();
    });
  }

  get viewers(): number {
    return this.#viewers.size;
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  /**
   * At the end of an `await using` block the surrounding scope ends next, and an open page should still show that. So
   * with an open page the inspector closes in the background, after that scope has ended.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.viewers > 0 && this.#runtime.state !== 'idle') void this.#closeAfterTeardown();
    else await this.close();
  }

  async #closeAfterTeardown(): Promise<void> {
    const path = await endingRoot(this.#runtime);
    if (path !== undefined) {
      await new Promise<void>((resolve) => {
        const subscription = this.#runtime.subscribe('teardown', (_, root) => {
          if (root !== path) return;
          subscription.unsubscribe();
          resolve();
        });
      });
      this.#look();
    }
    await this.close();
  }

  async #close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#teardowns[Symbol.dispose]();
    this.#feed[Symbol.dispose]();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    // The sockets of pages do not keep the process alive, and it must not exit before they have closed.
    this.#server.ref();
    for (const viewer of this.#viewers) viewer.end();
    this.#viewers.clear();
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
        this.#add(request, response);
        return;
      case '/snapshot':
        this.#look();
        json(response, this.#feed.whole());
        return;
      case '/trace':
        json(response, this.#runtime.trace());
        return;
      case '/member':
        this.#sendMember(request, response);
        return;
      default:
        refuse(response, 404, 'not found');
    }
  }

  #sendMember(request: IncomingMessage, response: ServerResponse): void {
    const path = new URL(request.url ?? '', this.url).searchParams.get('path') ?? '';
    for (const { node } of membersOf(this.#runtime.snapshot({ details: path }).scopes)) {
      if (node.path !== path) continue;
      json(response, { path, details: node.details ?? {} } satisfies MemberMessage);
      return;
    }
    refuse(response, 404, 'gone');
  }

  #add({ socket }: IncomingMessage, response: ServerResponse): void {
    if (socket.destroyed) return;
    if (this.#viewers.size === 0) {
      this.#lookAfter(this.#interval);
    }
    const viewer = new Viewer(response, () => this.#feed.whole());
    this.#look(); // before it is added: `begin()` sends it the whole state
    this.#viewers.add(viewer);
    viewer.begin();
    // Of the socket: a response that waits behind another one of a pipeline gets no 'close'.
    socket.once('close', () => this.#remove(viewer));
  }

  #remove(viewer: Viewer): void {
    this.#viewers.delete(viewer);
    if (this.#viewers.size > 0) return;
    clearTimeout(this.#timer);
    this.#feed.pause();
  }

  /** Snapshots of a large tree, which take long, are taken less often, so that the application is not slowed down. */
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

/** Least pause between two snapshots, as a multiple of the time that the last one took. */
const LEAST_REST = 10;

/** Headers of every response. */
const HEADERS: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

/** Path of a root scope whose teardown has begun, or begins within a moment. */
async function endingRoot(runtime: RtcRuntime): Promise<string | undefined> {
  for (let look = 0; look < LOOKS; look++) {
    await new Promise<void>((resolve) => setTimeout(resolve, LOOK_MS).unref());
    const ending = runtime.snapshot().scopes.find(({ state }) => state !== 'live');
    if (ending) return ending.path;
    if (runtime.state === 'idle') return undefined;
  }
  return undefined;
}

const LOOKS = 20;
const LOOK_MS = 5;

function json(response: ServerResponse, value: object): void {
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify(value));
}

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

/** The connection to one open page: a stream of server-sent events. */
class Viewer {
  readonly #response: ServerResponse;
  readonly #whole: () => FeedMessage;
  /** The page has missed a message, because its browser was too slow. */
  #behind = false;

  constructor(response: ServerResponse, whole: () => FeedMessage) {
    this.#response = response;
    this.#whole = whole;
  }

  begin(): void {
    this.#response.setHeader('Content-Type', 'text/event-stream');
    // A page that has lost its connection reconnects soon: the application may have been restarted.
    this.#response.write('retry: 1000\n\n');
    this.#write(JSON.stringify(this.#whole()));
  }

  /** Sends a change. A page that is too slow misses it, and gets the whole state once its connection has drained. */
  send(text: string): void {
    if (this.#response.writableNeedDrain) this.#behind = true;
    else if (this.#behind) {
      this.#behind = false;
      this.#write(JSON.stringify(this.#whole()));
    } else this.#write(text);
  }

  end(): void {
    this.#response.end('event: end\ndata: {}\n\n');
  }

  /**
   * A response holds back what is written until the next tick, which an exiting process does not reach; `uncork()`
   * sends it now.
   */
  #write(text: string): void {
    this.#response.cork();
    this.#response.write(`data: ${text}\n\n`);
    this.#response.uncork();
  }
}
