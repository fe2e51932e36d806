import type { NativeWebSocketConfig } from '../../native/binding.js';
import type { MessageCore } from './fake-channel.js';
import type { FakeHost } from './fake-host.js';
import type { FaultTarget } from './faults.js';
import { Inbox } from './inbox.js';
import { type Packet, SendPipe } from './send-pipe.js';
import { StoredCallback } from './stored-callback.js';

/** The library's limit when the configuration names none. */
const DEFAULT_MAX_MESSAGE_SIZE = 262144;
const URL_PARTS = /^(?:([^:.@/?#]+):)?(?:\/{0,2}(?:([^:/?#]*)(?::([^/?#]*))?))?([^?#]*)(\?[^#]*)?(?:#.*)?$/;

/** The library's half of a WebSocket, of a client or of what a server accepted. */
export class SocketCore implements MessageCore, FaultTarget {
  readonly kind = 'WebSocket';
  readonly id: number;
  readonly onOpen = new StoredCallback<[]>();
  readonly onClosed = new StoredCallback<[]>();
  readonly onError = new StoredCallback<[string]>();
  readonly onBufferedAmountLow = new StoredCallback<[]>();
  readonly maxMessageSize: number;
  readonly #host: FakeHost;
  readonly #config: NativeWebSocketConfig;
  readonly #inbox = new Inbox();
  state: 'closed' | 'connecting' | 'open' | 'closing' = 'closed';
  bufferedAmount = 0;
  lowThreshold = 0;
  path: string | undefined;
  remoteAddress: string | undefined;
  #peer: SocketCore | undefined;
  #pipe: SendPipe | undefined;

  constructor(host: FakeHost, id: number, config: NativeWebSocketConfig = {}) {
    this.#host = host;
    this.id = id;
    this.#config = config;
    this.maxMessageSize = config.maxMessageSize ?? DEFAULT_MAX_MESSAGE_SIZE;
  }

  get name(): string {
    return this.path ?? '';
  }

  get isOpen(): boolean {
    return this.state === 'open';
  }

  open(url: string): void {
    if (this.state !== 'closed') throw new Error('WebSocket must be closed before opening');
    const [, scheme = 'ws', hostname = '', service, path = '', query = ''] = URL_PARTS.exec(url) ?? [];
    if (hostname === '') throw new Error(`Invalid WebSocket URL: ${url}`);
    if (scheme !== 'ws' && scheme !== 'wss') throw new Error(`Invalid WebSocket scheme: ${scheme}`);
    const port = Number(service || (scheme === 'wss' ? 443 : 80));
    this.state = 'connecting';
    this.path = `${path === '' ? '/' : path}${query}`;
    if (this.#host.faults.active('failToConnect', this)) return;
    this.#host.loop.enqueue(() => this.#connect(hostname, port, scheme === 'wss'));
  }

  onMessage(callback: (data: string | Buffer) => void): void {
    this.#inbox.setCallback(callback);
    const peer = this.#peer;
    if (peer !== undefined) peer.#pipe?.wake();
  }

  send(data: string | Buffer): boolean {
    if (!this.isOpen || this.#pipe === undefined) throw new Error('WebSocket is not open');
    const size = Buffer.byteLength(data);
    if (size > this.maxMessageSize) throw new Error('Message size exceeds limit');
    const fate = this.#host.faults.forMessage({ kind: this.kind, id: this.id, name: this.name, data });
    const copy = typeof data === 'string' ? data : Buffer.from(data);
    return fate.drop || this.#pipe.send({ stream: 0, size, type: 'message', data: copy, ...fate });
  }

  /** What TCP has taken still arrives, then the peer's socket closes. */
  close(): void {
    if (this.state === 'closed' || this.state === 'closing') return;
    this.state = 'closing';
    this.#pipe?.finish({ stream: 0, size: 0, type: 'end' });
    this.#ended();
  }

  closePeer(): void {
    const peer = this.#peer;
    if (peer === undefined || this.state !== 'open') return;
    peer.close();
    this.#ended();
  }

  /** The process of this side dies: its system ends the TCP connection. */
  vanish(): void {
    this.state = 'closed';
    this.#pipe?.stop();
    const peer = this.#peer;
    if (peer) peer.#host.loop.enqueue(() => peer.#ended());
  }

  #ended(): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    this.onClosed.call();
  }

  #fail(error: string): void {
    this.onError.call(error);
    this.#ended();
  }

  #connect(hostname: string, port: number, secure: boolean): void {
    if (this.state !== 'connecting') return;
    const server = this.#host.network.servers.get(port);
    if (!(server instanceof SocketServerCore) || !isLoopback(hostname)) this.#fail('TCP connection failed');
    else if (secure && !(server.tls && this.#trusts())) this.#fail('TLS connection failed');
    // A plain client of a TLS server gets an alert instead of an answer.
    else if (!secure && server.tls) this.#ended();
    else this.#join(server, `${hostname}:${port}`);
  }

  /** A server's certificate is one that it made itself. */
  #trusts(): boolean {
    return this.#config.disableTlsVerification === true || this.#config.caCertificatePemFile !== undefined;
  }

  #join(server: SocketServerCore, address: string): void {
    const { host } = server;
    const accepted = new SocketCore(host, host.nextId('WebSocket'));
    const { path } = this;
    accepted.state = 'connecting';
    accepted.remoteAddress = `127.0.0.1:${host.network.nextPort()}`;
    this.remoteAddress = address;
    for (const [side, other] of [
      [this, accepted],
      [accepted, this],
    ] as const) {
      side.#peer = other;
      side.#pipe = side.#openPipe(other);
    }
    server.onClient?.(accepted);
    host.loop.enqueue(() => {
      // Closed before it was open: the other side notices a broken connection, never an open one.
      if (this.state !== 'connecting' || accepted.state !== 'connecting' || server.onClient === undefined) {
        this.#ended();
        accepted.#ended();
        return;
      }
      accepted.path = path;
      for (const side of [accepted, this]) {
        side.state = 'open';
        side.onOpen.call();
        side.#inbox.open();
      }
    });
  }

  #openPipe(other: SocketCore): SendPipe {
    const { loop, sendBufferSize, faults, network } = this.#host;
    const unreachable = () => network.dark || !other.#host.running;
    return new SendPipe(loop, sendBufferSize, {
      deliver: (packet) => !unreachable() && other.#receive(packet),
      delivered: () => other.#host.loop.handOver(),
      unreachable,
      buffered: (_stream, amount) => this.#changeBuffered(amount),
      blocked: () => faults.active('block', this),
      random: () => faults.random(),
      latency: (size) => network.latency(size),
      loses: () => false,
    });
  }

  #receive(packet: Packet): boolean {
    if (this.state !== 'open') return true;
    if (packet.type === 'end') {
      this.#pipe?.stop();
      this.#ended();
      return true;
    }
    if (this.#inbox.full) return false;
    if (packet.data === undefined) return true;
    this.#host.arrived(this.name, packet.data);
    this.#inbox.push(packet.data);
    return true;
  }

  #changeBuffered(amount: number): void {
    const before = this.bufferedAmount;
    this.bufferedAmount = amount;
    if (before > this.lowThreshold && amount <= this.lowThreshold) this.onBufferedAmountLow.call();
  }
}

/** A listening port of the fake's network. */
export class SocketServerCore {
  readonly port: number;
  readonly tls: boolean;
  readonly host: FakeHost;
  onClient: ((client: SocketCore) => void) | undefined;

  constructor(host: FakeHost, port: number, tls: boolean) {
    this.host = host;
    this.port = port === 0 ? host.network.nextPort() : port;
    this.tls = tls;
    if (host.network.servers.has(this.port)) throw new Error('TCP server socket binding failed');
    host.network.servers.set(this.port, this);
  }

  /** Clients that are connected stay so. */
  stop(): void {
    const { servers } = this.host.network;
    if (servers.get(this.port) === this) servers.delete(this.port);
  }
}

function isLoopback(hostname: string): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
}
