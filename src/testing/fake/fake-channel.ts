import type { FakeHost } from './fake-host.js';
import { FakeNative } from './fake-native.js';
import type { FakeKind } from './faults.js';
import type { StoredCallback } from './stored-callback.js';

/** What lies behind a DataChannel's or a WebSocket's JavaScript object. */
export interface MessageCore {
  readonly onOpen: StoredCallback<[]>;
  readonly onClosed: StoredCallback<[]>;
  readonly onError: StoredCallback<[string]>;
  readonly onBufferedAmountLow: StoredCallback<[]>;
  readonly isOpen: boolean;
  readonly bufferedAmount: number;
  readonly maxMessageSize: number;
  lowThreshold: number;
  onMessage(callback: (data: string | Buffer) => void): void;
  send(data: string | Buffer): boolean;
  close(): void;
}

const SEND_ERROR = 'libdatachannel error while sending data channel message: ';

/** The part that DataChannel and WebSocket share, method for method as in the addon. */
export abstract class FakeChannel<Core extends MessageCore> extends FakeNative {
  /** Gone after `close()`: what is called then fails as "destroyed". */
  #core: Core | undefined;
  readonly #destroyedName: string;

  constructor(
    host: FakeHost,
    kind: FakeKind,
    args: readonly unknown[],
    core: (id: number) => Core,
    destroyedName: string,
    id?: number,
  ) {
    super(host, kind, args, id);
    this.#core = core(this.id);
    this.#destroyedName = destroyedName;
    // The addon registers an empty closing callback, which the library does not know of.
    host.host(this);
  }

  protected abstract detached(core: Core): void;
  /** Whether the object lets go of its native half when the peer closed it; a WebSocket does not (H6). */
  protected abstract readonly freedByPeer: boolean;

  protected get core(): Core | undefined {
    return this.#core;
  }

  close(): void {
    this.call('close', [], () => this.shutDown());
  }

  shutDown(): void {
    this.#detach((core) => core.close());
    this.release('onClosed');
  }

  sendMessage(message: string): boolean {
    return this.call('sendMessage', [message], () => {
      const core = this.need('sendMessage');
      if (typeof message !== 'string' && message !== null) throw new TypeError('String or Null expected');
      return send(core, String(message));
    });
  }

  sendMessageBinary(message: Uint8Array): boolean {
    return this.call('sendMessageBinary', [message], () => {
      const core = this.need('sendMessagBinary');
      if (!ArrayBuffer.isView(message)) throw new TypeError('Buffer expected');
      return send(core, Buffer.from(message.buffer, message.byteOffset, message.byteLength));
    });
  }

  isOpen(): boolean {
    return this.call('isOpen', [], () => this.#core?.isOpen ?? false);
  }

  bufferedAmount(): number {
    return this.call('bufferedAmount', [], () => this.#core?.bufferedAmount ?? 0);
  }

  maxMessageSize(): number {
    return this.call('maxMessageSize', [], () => this.#core?.maxMessageSize ?? 0);
  }

  setBufferedAmountLowThreshold(newSize: number): void {
    this.call('setBufferedAmountLowThreshold', [newSize], () => {
      const core = this.need('setBufferedAmountLowThreshold');
      if (typeof newSize !== 'number') throw new TypeError('Number expected');
      core.lowThreshold = newSize >>> 0;
    });
  }

  onOpen(callback: () => void): void {
    this.#register('onOpen', callback, (core) => core.onOpen.set(() => this.notify('onOpen', () => [])));
  }

  onClosed(callback: () => void): void {
    this.#register(
      'onClosed',
      callback,
      (core) => core.onClosed.set(() => this.notifyLast('onClosed', [], () => this.#freed())),
      this.#destroyedName,
    );
  }

  onError(callback: (error: string) => void): void {
    this.#register('onError', callback, (core) =>
      core.onError.set((error) => this.notify('onError', () => [error])),
    );
  }

  onBufferedAmountLow(callback: () => void): void {
    this.#register('onBufferedAmountLow', callback, (core) =>
      core.onBufferedAmountLow.set(() => this.notify('onBufferedAmountLow', () => [])),
    );
  }

  onMessage(callback: (message: string | Buffer) => void): void {
    this.#register('onMessage', callback, (core) =>
      core.onMessage((data) => this.notify('onMessage', () => [data])),
    );
  }

  protected override lateArguments(event: string): unknown[] {
    if (event === 'onMessage') return ['fake: late message'];
    return event === 'onError' ? ['fake: late error'] : [];
  }

  /** The native half, or the addon's error for a call on a closed object. */
  protected need(method: string, noun = 'channel'): Core {
    if (this.#core === undefined) throw new Error(`${method}() called on destroyed ${noun}`);
    return this.#core;
  }

  #register(method: string, callback: unknown, connect: (core: Core) => void, noun = 'channel'): void {
    this.call(method, [callback], () => {
      const core = this.need(method, noun);
      this.listen(method, callback);
      connect(core);
    });
  }

  /** `finish` runs before the native half is dropped, so that its last event is still queued. */
  #detach(finish: (core: Core) => void): void {
    const core = this.#core;
    if (core === undefined) return;
    finish(core);
    this.#core = undefined;
    this.detached(core);
  }

  #freed(): void {
    if (this.freedByPeer) this.#detach(() => undefined);
  }
}

function send(core: MessageCore, data: string | Buffer): boolean {
  try {
    return core.send(data);
  } catch (error) {
    throw new Error(SEND_ERROR + (error as Error).message);
  }
}
