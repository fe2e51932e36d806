import type { Signaling, SignalingMessage } from 'scoped-rtc';

/** What the two processes send each other: signaling of the connection `id`, a command, or the reply to one. */
export type Envelope =
  | { readonly id: string; readonly signal: unknown }
  | { readonly call: number; readonly command: string; readonly args: unknown }
  | { readonly reply: number; readonly value?: unknown; readonly error?: string };

/** A process that was started, or `process` in it. */
interface Port {
  send(message: Envelope): unknown;
  on(event: 'message', listener: (message: never) => void): unknown;
}

/** One end of the channel between a process and the child it started; the same class serves at both ends. */
export class Ipc {
  readonly #port: Port;
  readonly #subscribers = new Map<string, (message: unknown) => void>();
  readonly #early = new Map<string, unknown[]>();
  readonly #calls = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  #next = 0;

  constructor(port: Port, perform: (command: string, args: unknown) => unknown = () => undefined) {
    this.#port = port;
    port.on('message', (message: Envelope) => {
      if ('signal' in message) this.#take(message.id, message.signal);
      else if ('call' in message)
        void this.#answer(message.call, () => perform(message.command, message.args));
      else this.#settle(message.reply, message.value, message.error);
    });
  }

  /** The other process has gone: what was asked of it is not answered any more. */
  ended(how: unknown): void {
    for (const { reject } of this.#calls.values())
      reject(new Error(`the other process ended: ${String(how)}`));
  }

  /** Resolves with what the other process made of it. */
  call<T>(command: string, args: unknown = {}): Promise<T> {
    const call = this.#next++;
    this.#send({ call, command, args });
    return new Promise<T>((resolve, reject) => {
      this.#calls.set(call, { resolve: resolve as (value: unknown) => void, reject });
    });
  }

  signaling(id: string): Signaling {
    return {
      send: (message: SignalingMessage) => this.#send({ id, signal: message }),
      subscribe: (onMessage) => {
        this.#subscribers.set(id, onMessage);
        for (const message of this.#early.get(id) ?? []) queueMicrotask(() => onMessage(message));
        this.#early.delete(id);
        return { [Symbol.dispose]: () => void this.#subscribers.set(id, () => {}) };
      },
      close: () => {},
    };
  }

  #take(id: string, message: unknown): void {
    const subscriber = this.#subscribers.get(id);
    if (subscriber) subscriber(message);
    else this.#early.set(id, [...(this.#early.get(id) ?? []), message]);
  }

  async #answer(reply: number, work: () => unknown): Promise<void> {
    try {
      this.#send({ reply, value: await work() });
    } catch (error) {
      this.#send({ reply, error: String((error as Error).stack) });
    }
  }

  #settle(reply: number, value: unknown, error: string | undefined): void {
    const call = this.#calls.get(reply);
    this.#calls.delete(reply);
    if (error === undefined) call?.resolve(value);
    else call?.reject(new Error(error));
  }

  #send(envelope: Envelope): void {
    this.#port.send(envelope); // a peer that has gone is seen by its exit
  }
}
