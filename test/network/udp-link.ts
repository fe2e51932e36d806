import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import type { Signaling, SignalingMessage } from 'scoped-rtc';
import { Random } from '../../verify/chaos/random.js';

export interface LinkOptions {
  /** Milliseconds that every datagram takes, in each direction. */
  readonly delay: number;
  /** Share of the datagrams that is lost while `isLossy`. */
  readonly loss: number;
  /** Milliseconds by which a datagram may be late beyond `delay`: those behind it overtake it. */
  readonly jitter: number;
  readonly seed: number;
}

/** One end of the link: what is sent to `socket` comes from the peer at `peer`. */
interface End {
  readonly socket: Socket;
  peer: number | undefined;
}

const HOST = '127.0.0.1';

/**
 * A bad network in user space, between two peers on 127.0.0.1: each gets the link's address instead of the other's,
 * and the link forwards what it does not lose.
 */
export class UdpLink {
  readonly #options: LinkOptions;
  readonly #random: Random;
  readonly #ends: readonly [End, End];
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly counts = { passed: 0, lost: 0, overtaken: 0, swallowed: 0 };
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
    const [leftEnd, rightEnd] = this.#ends;
    // What is told of the left peer sends the right one to the right end of the link, and the other way round.
    return [redirected(left, leftEnd, rightEnd), redirected(right, rightEnd, leftEnd)];
  }

  /** The peers' addresses are told by hand: `of` is the side that has this candidate. */
  redirect(text: string, of: 'left' | 'right'): string {
    const [left, right] = this.#ends;
    return of === 'left' ? redirect(text, left, right) : redirect(text, right, left);
  }

  /** Passes on nothing for `ms` milliseconds. */
  async darkFor(ms: number): Promise<void> {
    this.isDark = true;
    await new Promise<void>((resolve) => this.#later(ms, resolve));
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
    for (const timer of this.#timers) clearTimeout(timer);
    for (const { socket } of this.#ends) socket.close();
  }

  #enter(at: End, to: End, data: Buffer, from: RemoteInfo): void {
    if (from.port !== at.peer || to.peer === undefined) return; // not one of the two
    if (this.isDark) this.counts.swallowed++;
    else if (this.isLossy && this.#random.chance(this.#options.loss)) this.counts.lost++;
    else {
      const number = this.#entered++;
      this.#later(this.#options.delay + this.#random.next() * this.#options.jitter, () => {
        if (this.isDark) {
          this.counts.swallowed++;
          return;
        }
        this.counts.passed++;
        if (number < this.#latest) this.counts.overtaken++;
        else this.#latest = number;
        const pass = () => to.socket.send(data, to.peer, HOST);
        if (this.#withheld) this.#withheld.push(pass);
        else pass();
      });
    }
  }

  #later(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, ms);
    this.#timers.add(timer);
  }
}

async function openEnd(): Promise<End> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(0, HOST, resolve);
  });
  return { socket, peer: undefined };
}

/** `signaling` of the peer at `own`; what it tells of its address becomes that of the link's `other` end. */
function redirected(signaling: Signaling, own: End, other: End): Signaling {
  return {
    send(message) {
      const { description, candidate } = message as {
        description?: { sdp: string };
        candidate?: { candidate: string } | null;
      };
      const told = structuredClone(message) as {
        description?: { sdp: string };
        candidate?: { candidate: string };
      };
      if (description && told.description) told.description.sdp = redirect(description.sdp, own, other);
      if (candidate && told.candidate) told.candidate.candidate = redirect(candidate.candidate, own, other);
      return signaling.send(told as SignalingMessage);
    },
    subscribe: (onMessage, onClose) => signaling.subscribe(onMessage, onClose),
    close: () => signaling.close(),
  };
}

/** Puts the port of the link in the place of the peer's, and notes the peer's. */
function redirect(text: string, own: End, other: End): string {
  return text.replaceAll(
    /(candidate:\S+ 1 UDP \d+ 127\.0\.0\.1 )(\d+)/gi,
    (_, head: string, port: string) => {
      own.peer = Number(port);
      return `${head}${(other.socket.address() as AddressInfo).port}`;
    },
  );
}
