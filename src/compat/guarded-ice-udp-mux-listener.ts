import type { IceUdpMuxRequest } from 'node-datachannel';
import type { IceUdpMuxListener } from '../resources/connection/ice-udp-mux-listener.js';
import { CallbackSlots } from './callback-slots.js';
import { closeInBackground } from './close-in-background.js';
import type { NativeOwner } from './drop-in-owner.js';

/** The binding's `IceUdpMuxListener`; unlike there, a cleanup stops it (H16). */
export class GuardedIceUdpMuxListener {
  readonly #listener: IceUdpMuxListener;
  readonly #callbacks = new CallbackSlots();

  constructor(owner: NativeOwner, port: number, address?: string) {
    this.#listener = owner.make((scope) => scope.createIceUdpMuxListener(port, address));
  }

  port(): number {
    return this.#listener.port;
  }

  address(): string | undefined {
    return this.#listener.address;
  }

  stop(): void {
    closeInBackground(this.#listener);
  }

  onUnhandledStunRequest(callback: (request: IceUdpMuxRequest) => void): void {
    this.#callbacks.set(this.#listener, 'unhandledStunRequest', callback, (request: IceUdpMuxRequest) => [
      request,
    ]);
  }
}
