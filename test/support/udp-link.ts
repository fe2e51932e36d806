import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import type { Signaling, SignalingMessage } from 'scoped-rtc';
import { Random } from '../../verify/chaos/random.js';
import { Schedule } from './schedule.js';

export interface LinkOptions {
  /**
   * Milliseconds that every datagram takes, in each direction. With any of them each peer gets the other's address as a STUN
   * server would give it: who is far away is not on this host's networks.
   */
  readonly delay: number;
  /** Share of the datagrams that is lost while `isLossy`. */
  readonly loss: number;
  /** Milliseconds by which a datagram may be late beyond `delay`: those behind it overtake it. */
  readonly jitter: number;
  readonly seed: number;
  /** Bytes a second, in each direction; as many as there are without. */
  readonly bandwidth?: number;
  /** Bytes that may wait for the bandwidth in each direction; what comes on top is lost. */
  readonly queue?: number;
  /** As behind two NATs: what arrives at an end that has sent nothing yet is dropped. */
  readonly hasNats?: boolean;
  /** Keeps a processor busy for delays that are right to a part of a millisecond. */
  readonly isPrecise?: boolean;
}

/** One end of the link: what is sent to `socket` comes from the peer at the port `peer` of `host`. */
interface End {
  readonly socket: Socket;
  peer: number | undefined;
  host: string;
  hasSent: boolean;
  /** When all that waits for the bandwidth towards this end will have left, in milliseconds of `performance.now()`. */
  freeAt: number;
}

const HOST = '127.0.0.1';
/** Bytes that the system may hold for a socket of the link, as far as it allows: none is lost there. */
const SOCKET_BUFFER = 4 * 1024 * 1024;

/**
 * A bad network in user space, between two peers on 127.0.0.1 or another address of this machine: each gets the link's
 * address instead of the other's, and the link forwards what it does not lose.
 */
export class UdpLink {
  readonly #options: LinkOptions;
  readonly #random: Random;
  readonly #ends: readonly [End, End];
  readonly #schedule: Schedule;
  readonly counts = {
    passed: 0,
    lost: 0,
    overtaken: 0,
    swallowed: 0,
    overflowed: 0,
    unasked: 0,
    clientHellos: 0,
  };
  /** Off while the peers connect: DTLS repeats a lost flight after 1, 2, 4 … s, which is not the point. */
  isLossy = false;
  /** Nothing gets through while this is true. */
  isDark = false;
  #withheld: (() => void)[] | undefined;
  #entered = 0;
  #latest = 0;

  private constructor(ends: readonly [End, End], options: LinkOptions) {
    this.#options = options;
    this.#random = new Random(options.seed);
    this.#schedule = new Schedule(options.isPrecise);
    this.#ends = ends;
    const [left, right] = ends;
    left.socket.on('message', (data, from) => this.#enter(left, right, data, from));
    right.socket.on('message', (data, from) => this.#enter(right, left, data, from));
  }

  static async open(options: LinkOptions): Promise<UdpLink> {
    return new UdpLink([await openEnd(), await openEnd()], options);
  }

  /** Two ends of a signaling whose candidates and descriptions lead over the link. */
  signaling([left, right]: readonly [Signaling, Signaling]): [Signaling, Signaling] {
    return [this.#redirected(left, 'left'), this.#redirected(right, 'right')];
  }

  /** Two sockets talk over the link that need no signaling: they have `ports`, and send to those that are returned. */
  join([leftPort, rightPort]: readonly [number, number]): [number, number] {
    const [left, right] = this.#ends;
    left.peer = leftPort;
    right.peer = rightPort;
    return [left.socket.address().port, right.socket.address().port];
  }

  /** The peers' addresses are announced by hand: `of` is the side that has this candidate. */
  redirect(text: string, of: 'left' | 'right'): string {
    const [left, right] = this.#ends;
    // What is announced of the left peer sends the right one to the right end of the link, and the other way round.
    const reported = of === 'left' ? redirect(text, left, right) : redirect(text, right, left);
    return this.#options.delay > 0
      ? reported.replaceAll(/ typ host/gi, ' typ srflx raddr 0.0.0.0 rport 0')
      : reported;
  }

  /** The same for a message of a signaling. */
  redirectMessage(message: SignalingMessage, of: 'left' | 'right'): SignalingMessage {
    const reported = structuredClone(message) as {
      description?: { sdp: string };
      candidate?: { candidate: string } | null;
    };
    if (reported.description) reported.description.sdp = this.redirect(reported.description.sdp, of);
    if (reported.candidate) reported.candidate.candidate = this.redirect(reported.candidate.candidate, of);
    return reported as SignalingMessage;
  }

  #redirected(signaling: Signaling, of: 'left' | 'right'): Signaling {
    return {
      send: (message) => signaling.send(this.redirectMessage(message, of)),
      subscribe: (onMessage, onClose) => signaling.subscribe(onMessage, onClose),
      close: () => signaling.close(),
    };
  }

  /** Milliseconds by which a datagram was later than the link says, at the most: a machine is busy. */
  get lateness(): number {
    return this.#schedule.lateness;
  }

  /** Passes on nothing for `ms` milliseconds. */
  async darkFor(ms: number): Promise<void> {
    this.isDark = true;
    await new Promise<void>((resolve) => this.#schedule.after(ms, resolve));
    this.isDark = false;
  }

  /** What would get through from now on waits for `release()`. */
  hold(): void {
    this.#withheld ??= [];
  }

  /** Datagrams that wait. */
  get held(): number {
    return this.#withheld?.length ?? 0;
  }

  release(): void {
    const withheld = this.#withheld ?? [];
    this.#withheld = undefined;
    for (const pass of withheld) pass();
  }

  close(): void {
    this.#schedule.clear();
    for (const { socket } of this.#ends) socket.close();
  }

  #enter(at: End, to: End, data: Buffer, from: RemoteInfo): void {
    // A peer may send before its own address was announced: only it knows that of this end.
    at.peer ??= from.port;
    if (from.port !== at.peer || to.peer === undefined) return; // not one of the two
    at.hasSent = true;
    if (isClientHello(data)) this.counts.clientHellos++;
    if (this.isDark) this.counts.swallowed++;
    else if (this.isLossy && this.#random.chance(this.#options.loss)) this.counts.lost++;
    else {
      const left = this.#queued(to, data.length);
      if (left === undefined) this.counts.overflowed++;
      else this.#passLater(to, data, left);
    }
  }

  /** When the bandwidth lets so many bytes go, in milliseconds of `performance.now()`; undefined when none may wait. */
  #queued(to: End, bytes: number): number | undefined {
    const now = performance.now();
    const { bandwidth, queue = Number.POSITIVE_INFINITY } = this.#options;
    if (bandwidth === undefined) return now;
    const free = Math.max(now, to.freeAt);
    if (((free - now) * bandwidth) / 1000 > queue) return undefined;
    to.freeAt = free + (bytes * 1000) / bandwidth;
    return to.freeAt;
  }

  #passLater(to: End, data: Buffer, left: number): void {
    const number = this.#entered++;
    const { delay, jitter } = this.#options;
    const pass = () => this.#pass(to, data, number);
    if (this.#options.bandwidth === undefined && delay + jitter === 0) pass();
    else this.#schedule.at(left + delay + (jitter > 0 ? this.#random.next() * jitter : 0), pass);
  }

  #pass(to: End, data: Buffer, number: number): void {
    if (this.#options.hasNats && !to.hasSent) {
      this.counts.unasked++;
      return;
    }
    if (this.isDark) {
      this.counts.swallowed++;
      return;
    }
    this.counts.passed++;
    if (number < this.#latest) this.counts.overtaken++;
    else this.#latest = number;
    const pass = () => to.socket.send(data, to.peer, to.host);
    if (this.#withheld) this.#withheld.push(pass);
    else pass();
  }
}

/** A record of the handshake (RFC 6347, section 4.1) with the message that begins it (RFC 5246, section 7.4). */
const isClientHello = (data: Buffer): boolean => data[0] === 22 && data[13] === 1;

async function openEnd(): Promise<End> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: SOCKET_BUFFER, sendBufferSize: SOCKET_BUFFER });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(0, HOST, resolve);
  });
  return { socket, peer: undefined, host: HOST, hasSent: false, freeAt: 0 };
}

/** Puts the address of the link in the place of the peer's, and notes the peer's. */
function redirect(text: string, own: End, other: End): string {
  return text.replaceAll(
    /(candidate:\S+ 1 UDP \d+ )(\d+\.\d+\.\d+\.\d+) (\d+)(?= typ host)/gi,
    (_, head: string, host: string, port: string) => {
      own.host = host;
      own.peer = Number(port);
      return `${head}${HOST} ${(other.socket.address() as AddressInfo).port}`;
    },
  );
}
