import type { CloseInfo, DataChannel } from '../../src/index.js';
import type { ChannelEnd } from './simulated-peer.js';
import type { World } from './world.js';

/** One end of a channel: what was sent and taken, what came, and in which order its program heard of things. */
export class ChannelLog implements ChannelEnd {
  readonly channel: DataChannel;
  readonly label: string;
  readonly unordered: boolean;
  readonly received: number[] = [];
  readonly wrong: string[] = [];
  readonly isExact = false;
  /** Numbers of messages of which `send` said itself that they are not sure. */
  readonly doubtful = new Set<number>();
  attempted = 0;
  wasOpen = false;
  info: CloseInfo | undefined;
  /** What its program does at the next message. */
  onNext: (() => void) | undefined;
  #opened = false;
  #pending = 0;

  constructor(world: World, channel: DataChannel) {
    this.channel = channel;
    this.label = channel.label;
    this.unordered = channel.label.endsWith('unordered');
    let openedIn = -1;
    channel.on('open', () => {
      if (this.#opened) this.wrong.push('open came twice');
      if (this.info) this.wrong.push('open came after close');
      this.#opened = true;
      // One that opens once it is closing has refused what was queued.
      if (channel.state === 'open') this.wasOpen = true;
      openedIn = world.tasks;
    });
    channel.on('message', (message) => {
      if (!this.#opened && channel.state !== 'closing') this.wrong.push('a message came before open');
      if (world.tasks === openedIn) this.wrong.push('a message came in the turn of open');
      if (this.info) this.wrong.push('a message came after close');
      if (typeof message === 'string') return; // by the fault `fireAfterClose`
      const number = (message as Buffer).readUInt32LE();
      if (this.received.includes(number)) this.wrong.push(`message ${number} came twice`);
      if (!this.unordered && number < (this.received.at(-1) ?? -1))
        this.wrong.push(`message ${number} came late`);
      this.received.push(number);
      const next = this.onNext;
      this.onNext = undefined;
      next?.();
    });
    channel.on('close', (info) => {
      if (this.info) this.wrong.push('close came twice');
      this.info = info;
    });
  }

  send(count: number, size: number): void {
    for (let n = 0; n < count; n++) {
      const number = this.attempted++;
      this.#pending++;
      this.channel
        .send(this.#message(number, size))
        .catch(() => this.doubtful.add(number))
        .finally(() => this.#pending--);
    }
  }

  trySend(count: number, size: number): void {
    for (let n = 0; n < count; n++) {
      const number = this.attempted++;
      const { state } = this.channel;
      try {
        if (!this.channel.trySend(this.#message(number, size))) this.doubtful.add(number);
      } catch (error) {
        this.doubtful.add(number);
        // RTC_NATIVE: by the fault `sendThrows`.
        if (state === 'open' && (error as { code?: string }).code !== 'RTC_NATIVE')
          this.wrong.push(`trySend threw although state is open: ${String(error)}`);
      }
    }
  }

  get told(): number {
    // What was never sent counts as undelivered alone.
    return (this.info?.unconfirmed.messages ?? 0) + (this.info?.undelivered ?? 0);
  }

  get settled(): boolean {
    return this.info !== undefined && this.#pending === 0;
  }

  #message(number: number, size: number): Buffer {
    const message = Buffer.alloc(4 + size);
    message.writeUInt32LE(number);
    return message;
  }
}
