import type * as ndc from 'node-datachannel';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { NativePeerConnection } from '../../../native/binding.js';
import type { CheckedConnectionConfig } from '../../../native/validate/peer-connection-config.js';
import { type IceServers, nativeServer } from './ice-servers.js';
import { isIP } from 'node:net';
import { interfaceAddresses } from '../../../library/names/interface-addresses.js';
import { outcomeOf } from './ask-server.js';
import { readStunMessage, STUN } from './stun-message.js';

/**
 * A configuration with which the library cannot send but through a relay: its socket is bound to the loopback
 * interface, from where only forwarders to the TURN servers lead out.
 */
export async function relayConfig(
  config: CheckedConnectionConfig,
  servers: IceServers,
): Promise<ndc.RtcConfig> {
  const host = await loopbackHost();
  const forwarded: ndc.IceServer[] = [];
  for (const server of servers.choose()) {
    const { entry, address, port } = server;
    try {
      const forwarder = await TurnForwarder.open(address, port, host, config.bindAddress);
      if (servers.signal.aborted) {
        forwarder.close();
        break;
      }
      servers.signal.addEventListener('abort', () => forwarder.close(), { once: true });
      entry.outcome = () => forwarder.outcome;
      forwarded.push(nativeServer({ entry, address: host, port: forwarder.port }));
    } catch (error) {
      entry.outcome = `not reachable (${String((error as { code?: unknown }).code)})`;
    }
  }
  return { ...config, bindAddress: host, enableIceTcp: false, iceServers: forwarded };
}

/**
 * From `::1` an address of IPv4 cannot be sent to at all, and of the peer's candidates only those of IPv4 are taken. From
 * `127.0.0.1`, where a machine has no IPv6, other processes of this machine could be reached.
 */
async function loopbackHost(): Promise<string> {
  const probe = createSocket('udp6');
  try {
    probe.bind(0, '::1');
    await once(probe, 'listening');
    return '::1';
  } catch {
    return '127.0.0.1';
  } finally {
    probe.close();
  }
}

/** Keeps from the library what it could reach past the relay, and ends a connection that found such a way after all. */
export function holdToRelay(native: NativePeerConnection, { bindAddress }: ndc.RtcConfig): void {
  const avoided = bindAddress === '127.0.0.1' ? ownAddresses() : undefined; // see loopbackHost()
  const mayBeRelayedTo = (candidate: string) => {
    const address = CANDIDATE.exec(candidate)?.[1];
    return address !== undefined && !avoided?.has(address) && !(avoided && address.startsWith('127.'));
  };
  const own = ownAddresses();
  const { setRemoteDescription, addRemoteCandidate, onStateChange } = native;
  native.setRemoteDescription = (sdp, type) => {
    const held = sdp.replace(CANDIDATE_LINE, (line) => {
      const local = asLoopback(line, own);
      return mayBeRelayedTo(line) ? line + (local ?? '') : '';
    });
    setRemoteDescription(held, type);
  };
  native.addRemoteCandidate = (candidate, mid) => {
    if (!mayBeRelayedTo(candidate)) return;
    addRemoteCandidate(candidate, mid);
    const local = asLoopback(candidate, own);
    if (local !== undefined) addRemoteCandidate(local, mid);
  };
  native.onStateChange = (callback) => {
    onStateChange((state) => {
      const direct = state === 'connected' && native.getSelectedCandidatePair()?.local.type !== 'relay';
      callback(direct ? 'failed' : state);
    });
  };
}

const CANDIDATE_LINE = /^a=candidate:.*\r?\n/gm;
const CANDIDATE = /candidate:\S+ \d+ udp \d+ (\d+\.\d+\.\d+\.\d+) \d+ typ /i;

/**
 * The candidate of a peer on this machine as a relay on the loopback interface sees it: what the peer sends there comes
 * from 127.0.0.1, and the relay lets in only addresses that it was given.
 */
function asLoopback(candidate: string, own: ReadonlySet<string>): string | undefined {
  const address = CANDIDATE.exec(candidate)?.[1];
  if (address === undefined || !own.has(address) || address === '127.0.0.1') return undefined;
  return candidate.replace(/candidate:\S+/, 'candidate:loopback').replace(` ${address} `, ' 127.0.0.1 ');
}

function ownAddresses(): ReadonlySet<string> {
  return new Set(interfaceAddresses()?.map(({ address }) => address));
}

/**
 * Carries the packets between the library's socket on the loopback interface and a TURN server.
 *
 * `iceTransportPolicy: 'relay'` keeps the library from sending its addresses to the peer, not from sending from them. A socket that
 * is bound to the loopback interface cannot send to anywhere else: what leaves the machine passes here, to the server.
 */
export class TurnForwarder {
  readonly #inner: Socket;
  readonly #outer: Socket;
  readonly #outward = new FirstFlight();
  readonly #inward = new FirstFlight();
  #client: number | undefined;
  #outcome = 'no answer';

  private constructor(inner: Socket, outer: Socket, host: string) {
    this.#inner = inner;
    this.#outer = outer;
    for (const socket of [inner, outer]) socket.on('error', () => {}); // a packet that cannot be sent is lost
    inner.on('message', (packet, { port }) => {
      // Nobody else of this machine is to send through it.
      this.#client ??= readStunMessage(packet) ? port : undefined;
      if (port !== this.#client) return;
      outer.send(packet);
      if (this.#isHandshaking) this.#outward.passed(packet, () => outer.send(packet), this.#inward);
    });
    outer.on('message', (packet) => {
      const message = (packet.at(0) ?? 4) < 4 ? readStunMessage(packet) : undefined;
      if (message?.type === STUN.allocateSuccess || message?.type === STUN.allocateError)
        this.#receive(message);
      const client = this.#client;
      if (client === undefined) return;
      inner.send(packet, client, host);
      if (this.#isHandshaking)
        this.#inward.passed(packet, () => inner.send(packet, client, host), this.#outward);
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
    for (const flight of [this.#outward, this.#inward]) flight.end();
    this.#inner.close();
    this.#outer.close();
  }

  get #isHandshaking(): boolean {
    return !this.#outward.isOver || !this.#inward.isOver;
  }

  #receive(message: { type: number; transaction: string; error?: number }): void {
    // The first request has no credentials yet; the server's answer to it is how the realm is learned.
    if (message.error === 401 && this.#outcome === 'no answer') this.#outcome = 'asked for credentials';
    else this.#outcome = outcomeOf(message);
  }
}

/**
 * The first packet of a DTLS handshake through a relay, in one direction.
 *
 * The end that is connected first drops what comes from the other until that is connected, and DTLS repeats its first packet
 * only after a second (H27). Who is first through a relay depends on when the relay lets the peer's checks in, so the order
 * that `CandidateGate` makes elsewhere does not help. The packet is repeated here until something of DTLS comes back.
 */
class FirstFlight {
  #timers: readonly NodeJS.Timeout[] | undefined;
  #isOver = false;

  /** The other end has answered, or the forwarder is closed. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** `packet` went in this direction; `other` is the opposite one. */
  passed(packet: Buffer, again: () => void, other: FirstFlight): void {
    const payload = relayedPayload(packet);
    if (!isDtls(payload)) return;
    other.end();
    if (!this.#isOver && !this.#timers && isClientHello(payload))
      this.#timers = REPEATED_AFTER_MS.map((ms) => setTimeout(again, ms));
  }

  end(): void {
    this.#isOver = true;
    for (const timer of this.#timers ?? []) clearTimeout(timer);
  }
}

/** What a TURN client sends to a peer, or has from it: in a channel, or in a Send or Data indication (RFC 8656). */
function relayedPayload(packet: Buffer): Buffer {
  if (packet.length < 4) return packet;
  const first = packet.readUInt8(0);
  if (first >= 0x40 && first < 0x50) return packet.subarray(4, 4 + packet.readUInt16BE(2));
  return readStunMessage(packet)?.data ?? packet;
}

/** A record of DTLS (RFC 9147, section 4.1; RFC 6347, section 4.1). */
const isDtls = (packet: Buffer) =>
  packet.length > 13 && packet.readUInt8(0) === 22 && packet.readUInt8(1) === 0xfe;
/** The first record that is sent: of epoch 0, with a ClientHello. */
const isClientHello = (packet: Buffer) => packet.readUInt16BE(3) === 0 && packet.readUInt8(13) === 1;

/** Milliseconds. After a second DTLS repeats it itself. */
const REPEATED_AFTER_MS = [25, 50, 100, 200, 400] as const;
