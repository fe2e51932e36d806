import type { IceUdpMuxRequest } from 'node-datachannel';
import type { EventNames } from '../../arguments/argument.js';
import type { LibraryContext } from '../../library/library-context.js';
import type { NativeIceUdpMuxListener } from '../../native/binding.js';
import { guardCallback } from '../../native/firewall.js';
import type { OwnedNode } from '../../scope/node.js';
import { type CloseInfo, Handle } from '../handle.js';

export interface IceUdpMuxListenerEvents {
  /** A STUN request that belongs to no connection of this process. */
  unhandledStunRequest: [request: IceUdpMuxRequest];
  /** The listener has failed; `close` follows. */
  error: [error: Error];
  close: [info: CloseInfo];
}

const EVENTS: EventNames<IceUdpMuxListenerEvents> = { unhandledStunRequest: true, error: true, close: true };

/** Listens on one UDP port for the first packets of connections that do not exist yet. */
export class IceUdpMuxListener extends Handle<IceUdpMuxListenerEvents> {
  readonly #native: NativeIceUdpMuxListener;
  readonly #record;

  /** Made by `scope.createIceUdpMuxListener()`. @internal */
  constructor(context: LibraryContext, owner: OwnedNode, name: string, native: NativeIceUdpMuxListener) {
    super(context, owner, 'IceUdpMuxListener', EVENTS, name);
    this.#native = native;
    this.#record = context.ledger.hold('IceUdpMuxListener', native, () => this.path);
    this.markOpen();
  }

  get port(): number {
    return this.#native.port();
  }

  /** The address it was bound to, or `undefined` for all. */
  get address(): string | undefined {
    return this.#native.address();
  }

  protected override onFirstListener(event: string): void {
    if (event !== 'unhandledStunRequest' || this.#record.state !== 'held') return;
    this.#native.onUnhandledStunRequest(
      guardCallback(
        () => this.path,
        (request: IceUdpMuxRequest) => this.dispatch('unhandledStunRequest', request),
      ),
    );
  }

  protected override releaseNative(): boolean {
    this.#record.acknowledge(); // its end is synchronous
    this.#record.close();
    return true;
  }
}
