import type { SignalingMessage, Signaling } from 'scoped-rtc';
import { Child, type Line } from '../../test/support/child.js';
import { within } from '../../test/support/event.js';
import type { Ability, PeerKind } from './peers.js';

/** What a channel at the peer has seen. */
export interface PeerChannel {
  readonly label: string;
  readonly messages: number;
  /** Those whose number was not the next. */
  readonly misplaced: number;
  readonly opened: boolean;
  readonly closed: boolean;
  readonly ordered: boolean;
  readonly protocol: string;
  readonly maxRetransmits: number | null;
  readonly maxPacketLifeTime: number | null;
}

export interface PeerPackets {
  readonly received: number;
  readonly sent: number;
  readonly keyFramesAsked: number;
}

/** What passes between the two ends, changed, delayed, or (undefined) kept back. */
export type Change = (
  message: SignalingMessage,
  way: 'in' | 'out',
) => SignalingMessage | undefined | Promise<SignalingMessage | undefined>;

interface Answer {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

const CALL_MS = 20_000;

/** What a peer's program reported stands behind the faults of a cell, to explain them. */
export const PEER_SAYS = 'the peer says: ';

/** The peer of a cell: a program of its own, spoken to by lines of JSON. */
export class Peer {
  readonly #kind: PeerKind;
  readonly #child: Child;
  readonly #answers = new Map<number, Answer>();
  readonly #waiting: SignalingMessage[] = [];
  readonly errors: string[] = [];
  #deliver: ((message: SignalingMessage) => void) | undefined;
  #calls = 0;

  constructor(kind: PeerKind) {
    this.#kind = kind;
    const found = kind.find();
    if (!found) throw new Error(`${kind.title} is not installed: ${kind.from}`);
    const [program, ...args] = found;
    this.#child = new Child(program, args, {
      timeout: 120_000,
      input: true,
      onLine: (line) => this.#take(line),
    });
  }

  /** What it said in a scenario before. */
  forget(): void {
    this.#waiting.length = 0;
    this.errors.length = 0;
  }

  lacks(ability: Ability): boolean {
    return this.#kind.lacks?.includes(ability) === true;
  }

  ready(): Promise<unknown> {
    return within(this.#child.line('event'), 'the start of the peer', 40_000);
  }

  /** Lets the peer do something, and resolves with what it says to that. */
  call<T = void>(call: string, given: object = {}): Promise<T> {
    const id = ++this.#calls;
    const answer = new Promise<T>((resolve, reject) => {
      this.#answers.set(id, { resolve: resolve as (value: unknown) => void, reject });
    });
    this.#child.write({ id, call, ...given });
    return within(answer, `the peer's ${call}`, CALL_MS);
  }

  async channel(label: string): Promise<PeerChannel | undefined> {
    const channels = await this.call<PeerChannel[]>('channels');
    return channels.find((channel) => channel.label === label);
  }

  /** The way to the peer. Messages keep their order in each direction, however long `change` takes. */
  signaling(change: Change = (message) => message, polite?: boolean): Signaling {
    let inbound = Promise.resolve();
    let outbound = Promise.resolve();
    return {
      ...(polite === undefined ? {} : { polite }),
      send: (message) => {
        outbound = outbound.then(async () => {
          const changed = await change(message, 'out');
          if (changed) this.#child.write(changed);
        });
        return outbound;
      },
      subscribe: (onMessage) => {
        this.#deliver = (message) => {
          inbound = inbound.then(async () => {
            const changed = await change(message, 'in');
            if (changed) onMessage(changed);
          });
        };
        for (const message of this.#waiting.splice(0)) this.#deliver(message);
        const unsubscribe = () => {
          this.#deliver = undefined;
        };
        return { unsubscribe, [Symbol.dispose]: unsubscribe };
      },
      close() {},
    };
  }

  /** Its process, or the browser, is killed. */
  die(): void {
    this.#child.write({ call: 'die' });
  }

  async end(): Promise<void> {
    this.#child.endInput();
    const late = setTimeout(() => this.#child.kill('SIGKILL'), 3000);
    await this.#child.ended;
    clearTimeout(late);
  }

  #take(line: Line): void {
    if ('description' in line || 'candidate' in line) {
      const message = line as unknown as SignalingMessage;
      if (this.#deliver) this.#deliver(message);
      else this.#waiting.push(message);
    } else if (line.event === 'error') this.errors.push(String(line.text));
    else if (typeof line.id === 'number') {
      const answer = this.#answers.get(line.id);
      this.#answers.delete(line.id);
      if ('error' in line) answer?.reject(new Error(`the peer: ${String(line.error)}`));
      else answer?.resolve(line.value);
    }
  }
}
