import type { NativeWebSocket, NativeWebSocketConfig } from '../../native/binding.js';
import { FakeChannel } from './fake-channel.js';
import type { FakeHost } from './fake-host.js';
import { SocketCore } from './socket-core.js';

export class FakeWebSocket extends FakeChannel<SocketCore> implements NativeWebSocket {
  readonly #last: SocketCore;
  // A socket that its peer closed keeps its native half until close() (H6).
  protected readonly freedByPeer = false;
  #url = '';

  constructor(host: FakeHost, config: NativeWebSocketConfig | undefined, accepted?: SocketCore) {
    let core = accepted;
    const make = (id: number) => {
      core ??= new SocketCore(host, id, config);
      return core;
    };
    super(host, 'WebSocket', [config], make, 'WebSocket', accepted?.id);
    this.#last = core!;
  }

  get name(): string {
    return this.#url === '' ? this.#last.name : this.#url;
  }

  get nativeState(): string {
    return this.#last.state;
  }

  open(url: string): void {
    this.call('open', [url], () => {
      const core = this.need('open', 'WebSocket');
      if (typeof url !== 'string') throw new TypeError('url must be string');
      try {
        core.open(url);
        this.#url = url;
      } catch (error) {
        throw new Error(`libdatachannel error while opening WebSocket: ${(error as Error).message}`);
      }
    });
  }

  forceClose(): void {
    this.call('forceClose', [], () => this.shutDown());
  }

  vanish(): void {
    this.#last.vanish();
  }

  path(): string | undefined {
    return this.call('path', [], () => (this.core?.state === 'connecting' ? undefined : this.core?.path));
  }

  remoteAddress(): string | undefined {
    return this.call('remoteAddress', [], () => this.core?.remoteAddress);
  }

  protected override closeFromPeer(): void {
    this.core?.closePeer();
  }

  protected override detached(): void {}
}
