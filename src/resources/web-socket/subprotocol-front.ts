import type { IncomingMessage, Server } from 'node:http';
import * as net from 'node:net';
import { readFileSync } from 'node:fs';
import { getSystemErrorName } from 'node:util';
import type { WebSocketServerConfiguration } from 'node-datachannel';
import { RtcNativeError } from '../../errors/rtc-error.js';
import { callNative } from '../../native/call-native.js';
import { afterTurn } from '../../time/clock.js';
import { requirePackage } from '../../native/packages.js';
import { isPemText } from '../../native/validate/pem.js';
import { addressOf, buffered, type Carrier, carry, quietness } from './carry.js';
import { PairEnd } from './pair-end.js';

/**
 * Chooses one of the subprotocols that a client offers, in its order of preference; `undefined` or `false` for none.
 * `requestPath` is the path and query of the request.
 */
export type ChooseProtocol = (offered: string[], requestPath: string) => string | false | undefined;

/** A client whose request was taken. */
interface Admitted {
  readonly client: net.Socket;
  /** The subprotocol; '' for none. */
  readonly chosen: string;
  readonly request: IncomingMessage;
}

/**
 * Listens in place of the library's server, which repeats every subprotocol that a client offers instead of choosing one. It
 * reads each request, leaves the chosen subprotocol in it, and carries the connection to the library's server, which
 * listens on the loopback interface.
 */
export class SubprotocolFront {
  readonly port: number;
  /** Resolves when it no longer listens and the last connection has ended. */
  readonly ended: Promise<void>;
  readonly #server: Server;
  readonly #choose: ChooseProtocol;
  readonly #failed: (error: unknown) => void;
  /** Connections without a complete request, by their addresses: that of TLS and the one beneath it have the same. */
  readonly #unasked = new Map<string, net.Socket>();
  /** Those that the library has not announced yet, by what precedes the path of the request on the way to the library. */
  readonly #carried = new Map<string, Carrier>();
  /** Those whose clients are still connected. */
  readonly #pairs = new Set<PairEnd>();
  /** Where the library's server listens. */
  target = 0;

  /** Listens at once, as the library does. `failed` is called with what `choose` throws. */
  constructor(
    config: WebSocketServerConfiguration,
    addresses: readonly (string | undefined)[],
    choose: ChooseProtocol,
    path: string,
    failed: (error: unknown) => void,
  ) {
    this.#choose = choose;
    this.#failed = failed;
    const { connectionTimeout = DEFAULT_TIMEOUT_MS } = config;
    const settings = {
      headersTimeout: connectionTimeout,
      requestTimeout: connectionTimeout,
      connectionsCheckingInterval: Math.min(Math.max(connectionTimeout / 4, 50), 1000),
      noDelay: true,
    };
    const handshakeTimeout = connectionTimeout || FOREVER_MS;
    const server = callNative(path, 'new WebSocketServer', () =>
      config.enableTls
        ? https().createServer({ ...settings, ...certificateOf(config), handshakeTimeout })
        : http().createServer(settings),
    );
    server.on('connection', (socket: net.Socket) => this.#accepted(socket));
    server.on('request', (_, response) => {
      response.writeHead(426, { Connection: 'close', Upgrade: 'websocket' }).end(http().STATUS_CODES[426]);
    });
    server.on('upgrade', (request, socket, head) => this.#admit(request, socket as net.Socket, head));
    server.on('error', () => {}); // thrown below
    this.ended = new Promise((resolve) => server.once('close', resolve));
    this.#server = server;
    const address = listen(server, config.port ?? DEFAULT_PORT, addresses);
    if (typeof address === 'string')
      throw new RtcNativeError(`new WebSocketServer failed: ${address}`, { path });
    this.port = address.port;
  }

  /**
   * The connection of which the library knows this path; `undefined` for one that did not come this way. Gives each
   * once. The library may announce a connection that has ended already: then it no longer knows the address, but the path.
   */
  takeCarrier(path: string | undefined): Carrier | undefined {
    const key = path?.slice(0, KEY_LENGTH) ?? '';
    const carrier = this.#carried.get(key);
    this.#carried.delete(key);
    return carrier;
  }

  /** Stops listening. Connections that are carried already end with the library's. */
  close(): void {
    this.#server.close();
    // Not `closeAllConnections()`: it knows none whose TLS handshake has not ended.
    for (const socket of this.#unasked.values()) socket.destroy();
  }

  /** The time for the end of what it carries is over. */
  leave(): void {
    for (const pair of this.#pairs) pair.soon();
  }

  #accepted(socket: net.Socket): void {
    const key = pathOf(socket);
    this.#unasked.set(key, socket);
    socket.once('close', () => {
      if (this.#unasked.get(key) === socket) this.#unasked.delete(key);
    });
  }

  #admit(request: IncomingMessage, client: net.Socket, head: Buffer): void {
    client.on('error', () => {});
    this.#unasked.delete(pathOf(client));
    const chosen = this.#choice(request);
    if (typeof chosen === 'number') {
      const status = `${chosen} ${http().STATUS_CODES[chosen]}`;
      client.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () =>
        client.destroy(),
      );
      return;
    }
    if (head.length > 0) client.unshift(head);
    this.#forward({ client, chosen, request }, MOST_ATTEMPTS);
  }

  /**
   * Connects to the library's server. Where sockets come and go, the library now and then ends a new one for what happened to
   * another, before that had its descriptor, or never looks at it (H62). Nothing has been answered then, and another attempt is made.
   */
  #forward(admitted: Admitted, attempts: number): void {
    const { client, chosen, request } = admitted;
    const library = net.connect({ port: this.target, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
    const pair = new PairEnd(library, client);
    this.#pairs.add(pair);
    client.once('close', () => this.#pairs.delete(pair));
    const key = `/${crypto().randomBytes(KEY_BYTES).toString('hex')}`;
    this.#carried.set(key, {
      remoteAddress: addressOf(client),
      requestPath: request.url,
      protocol: chosen,
      get buffered() {
        return buffered(library, client);
      },
      isQuiet: quietness(library, client),
      libraryCloses: (isLate) => pair.libraryCloses(isLate),
    });
    const leave = () => library.destroy();
    const lose = () => {
      client.off('close', leave);
      const isUnknown = this.#carried.delete(key);
      if (client.destroyed) return;
      if (isUnknown && attempts > 1 && this.#server.listening) this.#forward(admitted, attempts - 1);
      else pair.libraryClosed();
    };
    client.once('close', leave);
    library.once('end', leave);
    if (attempts > 1) {
      // An event loop that was blocked so long has to look first.
      library.setTimeout(ANSWERED_MS, () => afterTurn(() => library.bytesRead === 0 && leave()));
    }
    library.on('error', () => {}); // `close` follows
    library.once('close', lose);
    library.once('connect', () => library.write(requestWith(chosen, key, request), 'latin1'));
    // The client waits for the answer before it sends.
    library.once('data', (answer) => {
      client.off('close', leave);
      library.off('end', leave);
      library.off('close', lose);
      library.setTimeout(0);
      library.once('close', () => {
        if (this.#carried.has(key)) setTimeout(() => this.#carried.delete(key), ANNOUNCED_MS).unref();
      });
      pair.together();
      client.write(answer);
      carry(library, client);
    });
  }

  /** '' for none; the status of a refusal where there is no choice. */
  #choice(request: IncomingMessage): string | number {
    const field = request.headers['sec-websocket-protocol'];
    const offered = field?.split(',').map((each) => each.trim()) ?? [];
    if (!offered.every((each, index) => TOKEN.test(each) && offered.indexOf(each) === index)) return 400;
    if (offered.length === 0) return '';
    try {
      const chosen = this.#choose([...offered], request.url ?? '') || '';
      if (chosen === '' || offered.includes(chosen)) return chosen;
      throw new TypeError('protocols must choose one of the subprotocols that are offered, or none');
    } catch (error) {
      this.#failed(error);
      return 500;
    }
  }
}

/** The same for no other connection that is open. */
const pathOf = (socket: net.Socket) =>
  [socket.remoteAddress, socket.remotePort, socket.localAddress, socket.localPort].join(' ');

// Loaded by the first server: a program without one should not wait for them.
const http = () => requirePackage('node:http') as typeof import('node:http');
const crypto = () => requirePackage('node:crypto') as typeof import('node:crypto');
const https = () => requirePackage('node:https') as typeof import('node:https');

/** The head of the request, with one subprotocol or none and `key` before the path. */
function requestWith(chosen: string, key: string, { method, url, rawHeaders }: IncomingMessage): string {
  let text = `${method} ${key}${url} HTTP/1.1\r\n`;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.toLowerCase() !== PROTOCOL) text += `${rawHeaders[at]}: ${rawHeaders[at + 1]}\r\n`;
  }
  return chosen === '' ? `${text}\r\n` : `${text}${PROTOCOL}: ${chosen}\r\n\r\n`;
}

/**
 * Listens synchronously, as the library does, so that the port can be read, and a client made, in the same turn:
 * `listen({ host })` would look the address up first. Returns the system's code where it cannot listen.
 */
function listen(server: Server, port: number, addresses: readonly (string | undefined)[]) {
  let why = 'EADDRNOTAVAIL';
  // IPv6 first, also as the library does.
  for (const address of addresses
    .flatMap((each) => each ?? ['::', '0.0.0.0'])
    .sort((a, b) => net.isIP(b) - net.isIP(a))) {
    const handle = createHandle?.(address, port, net.isIP(address));
    if (typeof handle !== 'object') {
      if (handle !== undefined) why = getSystemErrorName(handle);
      continue;
    }
    server.listen(handle);
    return server.listening ? (server.address() as net.AddressInfo) : 'EADDRINUSE';
  }
  return why;
}

/** Not documented; Node.js's own cluster module binds with it. The system's error number where it fails. */
const createHandle = (
  net as unknown as { _createServerHandle?(address: string, port: number, family: number): object | number }
)._createServerHandle;

/** Other runtimes need not have it. */
export const canListenAtOnce = typeof createHandle === 'function';

function certificateOf(config: WebSocketServerConfiguration) {
  const { certificatePemFile: cert = '', keyPemFile: key = '', keyPemPass: passphrase } = config;
  const textOf = (pem: string) => (isPemText(pem) ? pem : readFileSync(pem, 'utf8'));
  return { cert: textOf(cert), key: textOf(key), ...(passphrase !== undefined && { passphrase }) };
}

const PROTOCOL = 'sec-websocket-protocol';
/** To connect to the library, which on a busy machine ended 2 of 1000 new connections. */
const MOST_ATTEMPTS = 3;
/** Nobody else of this machine guesses so many. */
const KEY_BYTES = 16;
/** A slash, and two digits a byte. */
const KEY_LENGTH = 1 + 2 * KEY_BYTES;
/** Milliseconds in which the library answers, be the machine busy; usually it takes one. */
const ANSWERED_MS = 5000;
/** Milliseconds in which the library announces a connection that has ended, be the machine busy; usually it has already. */
const ANNOUNCED_MS = 30_000;
/** RFC 9110, section 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** libdatachannel's (`configuration.hpp`, `impl/websocket.cpp`). */
const DEFAULT_PORT = 8080;
const DEFAULT_TIMEOUT_MS = 30_000;
/** The longest timer of Node.js. */
const FOREVER_MS = 2 ** 31 - 1;
