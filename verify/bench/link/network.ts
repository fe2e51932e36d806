import { pathToFileURL } from 'node:url';
import { Child } from '../../../test/support/child.js';
import { Ipc } from '../../../test/messages/ipc.js';
import type { LinkOptions } from '../../../test/support/udp-link.js';
import { type LinkCandidate, type LinkEnd, type LinkPeer, loadLinkPeer } from './peer.js';

/** What has arrived at the other end of a connection since it was last asked for. */
export interface Arrived {
  /** On the channel for bulk, since the beginning. */
  readonly bytes: number;
  /** When the first small message arrived, in milliseconds of the system's monotonic clock. */
  readonly first?: number;
  /** Milliseconds on the way, and the times of arrival, of the small messages. */
  readonly latencies: readonly number[];
  readonly times: readonly number[];
  readonly now: number;
}

/** Milliseconds of the clock that both processes have. */
export const monotonic = (): number => Number(process.hrtime.bigint()) / 1e6;

/** A connection from this process to the one that answers, over a link of its own. */
export interface Connection {
  readonly end: LinkEnd;
  arrived(): Promise<Arrived>;
  /** Changes the link from now on. */
  change(link: { isLossy?: boolean; isDark?: boolean }): Promise<void>;
}

/** The relay and the peer that answers, a process each; the peer that offers is in this one. */
export class Network implements Disposable {
  readonly #relay: Child;
  readonly #relayIpc: Ipc;
  readonly #answerer: Child | undefined;
  readonly #answererIpc: Ipc | undefined;
  readonly #peer: LinkPeer | undefined;
  readonly #firstSeed: number;
  #connections = 0;

  private constructor(relay: Child, firstSeed: number, answerer?: Child, peer?: LinkPeer) {
    this.#relay = relay;
    this.#firstSeed = firstSeed;
    this.#relayIpc = new Ipc(relay);
    this.#answerer = answerer;
    this.#answererIpc = answerer && new Ipc(answerer);
    this.#peer = peer;
    for (const [child, ipc] of [
      [relay, this.#relayIpc],
      [answerer, this.#answererIpc],
    ] as const) {
      void child?.ended.then(({ code, signal, stderr }) => ipc?.ended(`${code ?? signal} ${stderr}`));
    }
  }

  /** `round` decides what the links lose. */
  static async of(candidate: LinkCandidate, round: number): Promise<Network> {
    const answerer = start('./answerer.js', candidate);
    const peer = await loadLinkPeer(candidate, true);
    return new Network(start('./relay.js'), round * SEEDS_A_ROUND, answerer, peer);
  }

  /** Without peers. */
  static relay(): Network {
    return new Network(start('./relay.js'), 0);
  }

  async open(options: Omit<LinkOptions, 'seed'>): Promise<string> {
    const id = `link ${this.#connections++}`;
    const seed = this.#firstSeed + this.#connections;
    await this.#relayIpc.call('open', { id, seed, isPrecise: true, ...options });
    return id;
  }

  async connect(options: Omit<LinkOptions, 'seed'>): Promise<Connection> {
    const id = await this.open(options);
    const [peer, answererIpc] = [this.#peer, this.#answererIpc];
    if (!peer || !answererIpc) throw new Error('there are no peers');
    const far = answererIpc.signaling(id);
    const right = this.#relayIpc.signaling(`${id}/right`);
    far.subscribe(
      (message) => void right.send(message as never),
      () => {},
    );
    right.subscribe(
      (message) => void far.send(message as never),
      () => {},
    );
    await answererIpc.call('expect', { id });
    const end = await peer.connect(this.#relayIpc.signaling(`${id}/left`), true);
    return {
      end,
      arrived: () => answererIpc.call<Arrived>('arrived', { id }),
      change: (link) => this.change(id, link),
    };
  }

  change(id: string, link: { isLossy?: boolean; isDark?: boolean }): Promise<void> {
    return this.#relayIpc.call('change', { id, ...link });
  }

  /** Lets two sockets of 127.0.0.1 that are no peers talk over a link; the ports to send to, in the same order. */
  join(id: string, ports: readonly [number, number]): Promise<[number, number]> {
    return this.#relayIpc.call('join', { id, ports });
  }

  counts(id: string): Promise<UdpLinkCounts> {
    return this.#relayIpc.call('counts', { id });
  }

  [Symbol.dispose](): void {
    this.#relay.kill('SIGKILL');
    this.#answerer?.kill('SIGTERM'); // it may have a browser to close
  }
}

/** More than a process opens links. */
const SEEDS_A_ROUND = 100;

type UdpLinkCounts = import('../../../test/support/udp-link.js').UdpLink['counts'];

/** Found from the program that runs: this file may be bundled into another folder. */
const LINK_FOLDER = new URL('../link/', pathToFileURL(process.argv[1] as string));

const start = (program: string, ...args: string[]): Child =>
  new Child(new URL(program, LINK_FOLDER), args, {
    channel: true,
    timeout: LONGEST_MS,
    folder: process.cwd(),
  });

const LONGEST_MS = 180_000;
