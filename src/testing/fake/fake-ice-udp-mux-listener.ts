import type { IceUdpMuxRequest } from 'node-datachannel';
import type { NativeIceUdpMuxListener } from '../../native/binding.js';
import type { FakeHost } from './fake-host.js';
import { FakeNative } from './fake-native.js';

export class FakeIceUdpMuxListener extends FakeNative implements NativeIceUdpMuxListener {
  readonly #port: number;
  readonly #address: string | undefined;
  #open = true;

  constructor(host: FakeHost, port: number, address?: string) {
    super(host, 'IceUdpMuxListener', [port, address]);
    if (typeof port !== 'number') throw new TypeError('Port (Number) and optional Address (String) expected');
    this.#port = port === 0 ? host.network.nextPort() : port;
    this.#address = typeof address === 'string' ? address : undefined;
    if (host.network.udpPorts.has(this.#port)) throw new Error('Failed to register ICE UDP mux listener');
    host.network.udpPorts.add(this.#port);
    host.host(this);
  }

  get name(): string {
    return `:${this.#port}`;
  }

  get nativeState(): string {
    return this.#open ? 'listening' : 'stopped';
  }

  vanish(): void {
    this.host.network.udpPorts.delete(this.#port);
  }

  port(): number {
    return this.call('port', [], () => this.#port);
  }

  address(): string | undefined {
    return this.call('address', [], () => this.#address);
  }

  stop(): void {
    this.call('stop', [], () => {
      if (this.#open) this.host.network.udpPorts.delete(this.#port);
      this.#open = false;
      this.release(undefined);
    });
  }

  /** The library's cleanup leaves listeners open (H16). */
  shutDown(): void {}

  override abortCallbacks(): void {}

  onUnhandledStunRequest(callback: (request: IceUdpMuxRequest) => void): void {
    this.call('onUnhandledStunRequest', [callback], () => {
      if (!this.#open) {
        throw new Error(
          'IceUdpMuxListenerWrapper::onUnhandledStunRequest() called on destroyed IceUdpMuxListener',
        );
      }
      this.listen('onUnhandledStunRequest', callback);
    });
  }

  protected override closeFromPeer(): void {
    // A listener has no other side.
  }

  protected override lateArguments(): unknown[] {
    return [{ ufrag: 'late', localUfrag: 'late', host: '127.0.0.1', port: 9 }];
  }
}
