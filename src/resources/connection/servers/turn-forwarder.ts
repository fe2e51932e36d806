import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIP } from 'node:net';
import { outcomeOf } from './ask-server.js';
import { readStunMessage, STUN } from './stun-message.js';

/**
 * Carries the packets between the library's socket on the loopback interface and a TURN server.
 *
 * `iceTransportPolicy: 'relay'` keeps the library from sending its addresses to the peer, not from sending from them. A socket that
 * is bound to the loopback interface cannot send to anywhere else: what leaves the machine passes here, to the server.
 */
export class TurnForwarder {
  readonly #inner: Socket;
  readonly #outer: Socket;
  #client: number | undefined;
  #outcome = 'no answer';

  private constructor(inner: Socket, outer: Socket, host: string) {
    this.#inner = inner;
    this.#outer = outer;
    for (const socket of [inner, outer]) socket.on('error', () => {}); // a packet that cannot be sent is lost
    inner.on('message', (packet, { port }) => {
      // Nobody else of this machine is to send through it.
      this.#client ??= readStunMessage(packet) ? port : undefined;
      if (port === this.#client) outer.send(packet);
    });
    outer.on('message', (packet) => {
      const message = (packet.at(0) ?? 4) < 4 ? readStunMessage(packet) : undefined;
      if (message?.type === STUN.allocateSuccess || message?.type === STUN.allocateError)
        this.#receive(message);
      if (this.#client !== undefined) inner.send(packet, this.#client, host);
    });
  }

  static async open(
    address: string,
    port: number,
    loopback: string,
    bindAddress: string | undefined,
  ): Promise<TurnForwarder> {
    const inner = createSocket(isIP(loopback) === 6 ? 'udp6' : 'udp4');
    const outer = createSocket(isIP(address) === 6 ? 'udp6' : 'udp4');
    try {
      inner.bind(0, loopback);
      await once(inner, 'listening');
      if (bindAddress !== undefined && isIP(bindAddress) === isIP(address)) {
        outer.bind(0, bindAddress);
        await once(outer, 'listening');
      }
      outer.connect(port, address);
      await once(outer, 'connect');
      return new TurnForwarder(inner, outer, loopback);
    } catch (error) {
      inner.close();
      outer.close();
      throw error;
    }
  }

  get port(): number {
    return this.#inner.address().port;
  }

  /** What came of the last request for a relay, in a few words. */
  get outcome(): string {
    return this.#outcome;
  }

  close(): void {
    this.#inner.close();
    this.#outer.close();
  }

  #receive(message: { type: number; transaction: string; error?: number }): void {
    // The first request has no credentials yet; the server's answer to it is how the realm is learned.
    if (message.error === 401 && this.#outcome === 'no answer') this.#outcome = 'asked for credentials';
    else this.#outcome = outcomeOf(message);
  }
}
