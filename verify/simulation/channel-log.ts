import type { Duplex } from 'node:stream';
import type { CloseInfo, DataChannel, WebSocket } from '../../src/index.js';
import type { ChannelEnd } from './simulated-peer.js';
import { Life } from './life.js';
import type { SimulatedProcess, World } from './world.js';

/** As much as a message may have. */
const scratch = Buffer.alloc(4 + 40_000);

/**
 * One end of a channel: what was sent and taken, what came, and in which order its program heard of things. The label says
 * how the program reads: by events, `for await`, or a stream.
 */
export class ChannelLog implements ChannelEnd {
  readonly channel: DataChannel | WebSocket;
  readonly label: string;
  readonly life: Life;
  readonly isLossy: boolean;
  readonly received: number[] = [];
  /** The numbers among them. */
  readonly #came = new Set<number>();
  #largest = -1;
  readonly wrong: string[] = [];
  readonly isExact = false;
  /** Numbers of messages of which `send` said itself that they are not sure. */
  readonly doubtful = new Set<number>();
  attempted = 0;
  wasOpen = false;
  info: CloseInfo | undefined;
  /** What its program does at the next message. */
  onNext: (() => void) | undefined;
  readonly #isTrusted: boolean;
  readonly #isOrdered: boolean;
  /** What its program writes to and reads from, instead of the channel. */
  #duplex: Duplex | undefined;
  #listener: ((message: string | Buffer) => void) | undefined;
  #opened = false;
  #pending = 0;

  /** `isTrusted`: the other end sends what this class sends. */
  constructor(
    world: World,
    process: SimulatedProcess,
    channel: DataChannel | WebSocket,
    label: string,
    connection: string,
    isTrusted: boolean,
  ) {
    this.#isTrusted = isTrusted;
    this.channel = channel;
    this.label = label;
    this.life = new Life(process, connection, label);
    let closingAt: number | undefined;
    channel.signal.addEventListener('abort', () => {
      closingAt = world.now;
    });
    this.isLossy = label.includes('lossy');
    this.#isOrdered = !label.includes('unordered');
    let openedIn = -1;
    channel.on('open', () => {
      if (this.#opened) this.wrong.push('open came twice');
      if (this.info) this.wrong.push('open came after close');
      this.#opened = true;
      // One that opens once it is closing has refused what was queued.
      if (channel.state === 'open') this.wasOpen = true;
      openedIn = world.tasks;
    });
    if (label.endsWith('iterated')) void this.#iterate(channel);
    else if (label.endsWith('streamed')) this.#duplex = this.#stream(channel);
    else {
      this.#listener = (message) => {
        if (!this.#opened && channel.state !== 'closing') this.wrong.push('a message came before open');
        if (world.tasks === openedIn) this.wrong.push('a message came in the turn of open');
        if (this.info) this.wrong.push('a message came after close');
        this.#take(message);
      };
      channel.on('message', this.#listener);
    }
    channel.on('close', (info) => {
      if (this.info) this.wrong.push('close came twice');
      this.info = info;
      this.life.endedAt = world.now;
      if (info.by === 'local' || info.by === 'owner') this.life.ownEndAt = closingAt ?? world.now;
      else if (info.by === 'error') this.life.isRough = true;
    });
  }

  send(count: number, size: number): void {
    for (let n = 0; n < count; n++) {
      const number = this.attempted++;
      this.#pending++;
      this.#write(this.#message(number, size))
        .catch(() => this.doubtful.add(number))
        .finally(() => this.#pending--);
    }
  }

  #write(message: Buffer): Promise<void> {
    const duplex = this.#duplex;
    if (!duplex) return this.channel.send(message);
    return new Promise((resolve, reject) => {
      duplex.write(message, (error) => (error ? reject(error) : resolve()));
    });
  }

  async #iterate(channel: DataChannel | WebSocket): Promise<void> {
    this.#pending++;
    try {
      for await (const message of channel) {
        this.#takeAll(message);
      }
    } catch {
      // What ended the channel; its `close` event has it.
    } finally {
      this.#pending--;
    }
  }

  #stream(channel: DataChannel | WebSocket): Duplex {
    const duplex = channel.toDuplex({ objectMode: true });
    this.#pending++;
    duplex.on('data', (message: string | Buffer) => this.#takeAll(message));
    duplex.on('error', () => {}); // what was refused is told by the callback of its write
    duplex.once('close', () => this.#pending--);
    return duplex;
  }

  /** What its program throws would end the reading, and leave the rest unread. */
  #takeAll(message: string | Buffer): void {
    try {
      this.#take(message);
    } catch {
      // It was thrown on purpose.
    }
  }

  #take(message: string | Buffer): void {
    // By the fault `fireAfterClose`, or from a peer that says anything.
    if (typeof message === 'string' || message.length < 4) return;
    const number = message.readUInt32LE();
    if (this.#isTrusted) {
      if (this.#came.has(number)) this.wrong.push(`message ${number} came twice`);
      if (this.#isOrdered && number < this.#largest) this.wrong.push(`message ${number} came late`);
    }
    this.#came.add(number);
    this.#largest = Math.max(this.#largest, number);
    this.received.push(number);
    const next = this.onNext;
    this.onNext = undefined;
    next?.();
  }

  /** A program that listens does so no more: what comes waits unread. */
  stopReading(): void {
    const isAlone = !this.label.startsWith('pair-'); // that program listens for its first message, too
    if (isAlone && this.#listener) this.channel.off('message', this.#listener);
  }

  trySend(count: number, size: number): void {
    if (this.#duplex) {
      this.send(count, size); // a stream has no other way, and what it holds is not to be overtaken
      return;
    }
    for (let n = 0; n < count; n++) {
      const number = this.attempted++;
      const { state } = this.channel;
      try {
        if (!this.channel.trySend(this.#message(number, size))) this.doubtful.add(number);
      } catch (error) {
        this.doubtful.add(number);
        // By the fault `sendThrows`.
        const isFault = String((error as Error).cause).endsWith('out of memory');
        if (state === 'open' && !isFault)
          this.wrong.push(`trySend threw although state is open: ${String(error)}`);
      }
    }
  }

  get told(): number {
    // What was never sent counts as undelivered alone, and then nothing was; what the end did not wait for counts as both.
    return Math.max(this.info?.unconfirmed.messages ?? 0, this.info?.undelivered ?? 0);
  }

  get unread(): number {
    return this.info?.unread ?? 0;
  }

  get settled(): boolean {
    return this.info !== undefined && this.#pending === 0;
  }

  /** Written over by the next, as a program may do; but a stream keeps what it is given. */
  #message(number: number, size: number): Buffer {
    const message = this.#duplex ? Buffer.alloc(4 + size) : scratch.subarray(0, 4 + size);
    message.writeUInt32LE(number);
    return message;
  }
}
