import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { addressOf, buffered, type Carrier, carry, quietness } from './carry.js';
import { PairEnd } from './pair-end.js';

/**
 * Carries the library's connection through one that was made here: the library is given an HTTP proxy, which
 * leaves the host's name to TLS and to the request, and no name to be looked up.
 */
export class Tunnel implements Carrier, Disposable {
  readonly #server: Server;
  readonly #upstream: Socket;
  /** The library's connections that have not sent their request yet. */
  readonly #asking = new Set<Socket>();
  #client: Socket | undefined;
  #end: PairEnd | undefined;
  #isQuiet: (() => boolean) | undefined;
  #head = '';
  #awaitsProxy: boolean;
  #statusLine: string | undefined;
  #failure: unknown;
  #protocol: string | undefined;
  readonly remoteAddress: string;

  private constructor(server: Server, upstream: Socket, proxied: boolean) {
    this.#server = server;
    this.#upstream = upstream;
    this.#awaitsProxy = proxied;
    this.remoteAddress = addressOf(upstream);
    // `close` follows, and ends the library's connection: see `PairEnd`.
    upstream.on('error', (error) => (this.#failure = error));
  }

  /** `proxied`: the other end of `upstream` is a proxy itself, which the library's own request is for. */
  static async open(upstream: Socket, proxied: boolean): Promise<Tunnel> {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    const tunnel = new Tunnel(server, upstream, proxied);
    server.on('connection', (client) => tunnel.#accept(client));
    server.listen(0, '127.0.0.1');
    try {
      await once(server, 'listening');
    } catch (error) {
      upstream.destroy();
      throw error;
    }
    return tunnel;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get buffered(): number {
    return buffered(this.#client, this.#upstream);
  }

  isQuiet(): boolean {
    return this.#isQuiet?.() ?? true;
  }

  libraryCloses(isLate: boolean): void {
    this.#end?.libraryCloses(isLate);
  }

  /** The answer to the request, where it could be read, e.g. `401 Unauthorized`. */
  get statusLine(): string | undefined {
    return this.#statusLine;
  }

  /** The other end is a proxy, which the library's own request is for, and has not let it through yet. */
  get awaitsProxy(): boolean {
    return this.#awaitsProxy;
  }

  /** Nothing has come from the other end. */
  get isSilent(): boolean {
    return this.#upstream.bytesRead === 0;
  }

  /** The system's error that ended the connection. */
  get failure(): unknown {
    return this.#failure;
  }

  get protocol(): string | undefined {
    return this.#protocol;
  }

  /** Ends the connection to the server, unless the library has it: then it ends with the library's. */
  abandon(): void {
    if (!this.#client) this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.#server.close();
    for (const client of this.#asking) client.destroy();
    this.#client?.destroy();
    this.#upstream.destroy();
  }

  /** The library connects; a connection that ends before it has sent its request was one of several attempts. */
  #accept(client: Socket): void {
    this.#asking.add(client);
    const leave = () => client.destroy();
    let head = '';
    const take = (chunk: Buffer) => {
      head += chunk.toString('latin1');
      const end = this.#awaitsProxy ? 0 : head.indexOf(END_OF_HEAD);
      if (end < 0) {
        if (head.length > MOST_HEAD) client.destroy(); // not the library
        return;
      }
      const rest = this.#awaitsProxy ? head : head.slice(end + END_OF_HEAD.length);
      client.off('data', take).off('end', leave);
      client.pause();
      if (rest !== '') client.unshift(Buffer.from(rest, 'latin1'));
      this.#carry(client);
    };
    client.on('data', take).once('end', leave);
    client.on('error', () => {}).once('close', () => this.#asking.delete(client)); // `close` follows an error
  }

  #carry(client: Socket): void {
    const upstream = this.#upstream;
    this.#server.close(); // one is all there is
    this.#asking.delete(client);
    this.#client = client;
    this.#isQuiet = quietness(client, upstream);
    this.#end = new PairEnd(client, upstream);
    this.#end.together();
    if (upstream.destroyed) {
      client.destroy();
      return;
    }
    if (!this.#awaitsProxy) client.write('HTTP/1.1 200 OK\r\n\r\n');
    upstream.on('data', this.#read);
    carry(client, upstream);
  }

  /** The head of the answer, where it is not encrypted. */
  readonly #read = (chunk: Buffer): void => {
    this.#head += chunk.toString('latin1', 0, MOST_HEAD);
    let end = this.#head.indexOf(END_OF_HEAD);
    if (this.#awaitsProxy && end >= 0 && /^HTTP\/1\.\d 200 /.test(this.#head)) {
      this.#awaitsProxy = false; // the server's answer follows
      this.#head = this.#head.slice(end + END_OF_HEAD.length);
      end = this.#head.indexOf(END_OF_HEAD);
    }
    const isHttp = this.#head.startsWith('HTTP/1.'.slice(0, this.#head.length));
    if (isHttp && end < 0 && this.#head.length < MOST_HEAD) return;
    this.#upstream.off('data', this.#read);
    if (isHttp) {
      const [status = '', ...lines] = this.#head.slice(0, end).split('\r\n');
      this.#statusLine = status.slice('HTTP/1.1 '.length).trim();
      const field = lines.find((line) => /^sec-websocket-protocol:/i.test(line));
      this.#protocol = field?.slice(field.indexOf(':') + 1).trim() ?? '';
    }
    this.#head = '';
  };
}

const MOST_HEAD = 16_384;
const END_OF_HEAD = '\r\n\r\n';
