import type { NativeDataChannel } from '../../native/binding.js';
import type { ChannelCore } from './channel-core.js';
import { FakeChannel } from './fake-channel.js';
import type { FakeHost } from './fake-host.js';

/** What the addon answers for a channel that has no stream id yet: -1 as an unsigned 16-bit number. */
const NO_ID = 65535;

export class FakeDataChannel extends FakeChannel<ChannelCore> implements NativeDataChannel {
  readonly #core: ChannelCore;
  readonly #closeFromPeer: () => void;
  protected readonly freedByPeer = true;

  constructor(host: FakeHost, core: ChannelCore, closeFromPeer: () => void) {
    super(host, 'DataChannel', [core.name], () => core, 'channel', core.id);
    this.#core = core;
    this.#closeFromPeer = closeFromPeer;
  }

  get name(): string {
    return this.#core.name;
  }

  get nativeState(): string {
    if (this.#core.closed) return 'closed';
    return this.#core.isOpen ? 'open' : 'connecting';
  }

  vanish(): void {
    // Its connection notifies the peer's.
  }

  getLabel(): string {
    return this.call('getLabel', [], () => this.need('getLabel').name);
  }

  getId(): number {
    return this.call('getId', [], () => this.need('getId').stream ?? NO_ID);
  }

  getProtocol(): string {
    return this.call('getProtocol', [], () => this.need('getProtocol').protocol);
  }

  protected override closeFromPeer(): void {
    this.#closeFromPeer();
  }

  protected override detached(core: ChannelCore): void {
    core.destroyed = true;
  }
}
