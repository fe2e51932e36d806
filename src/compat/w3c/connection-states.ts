import type { PeerConnection as Connection } from '../../resources/connection/peer-connection.js';
import type { PeerConnection } from './w3c-types.js';

type States = Pick<PeerConnection, 'connectionState' | 'iceConnectionState' | 'iceGatheringState'>;

/**
 * The states as the application has seen them by their events: the handle may be ahead of them.
 *
 * `closed` is what the application's own `close()` makes (W3C WebRTC, section 4.3.3), and the end of its scope. Where the
 * peer closed, a browser finds the path gone: `disconnected`, and `failed` once the channels have ended.
 */
export class ConnectionStates {
  readonly #fire: (event: string) => void;
  #now: States = { connectionState: 'new', iceConnectionState: 'new', iceGatheringState: 'new' };
  #wasConnected = false;
  /** `checking` and `connecting` are held back until there is a candidate of the peer; undefined from then on. */
  #held: Partial<States> | undefined = {};

  constructor(handle: Connection, fire: (event: string) => void) {
    this.#fire = fire;
    handle.on('iceStateChange', (state) => {
      if (state !== 'closed') this.#report('iceConnectionState', state === 'completed' ? 'connected' : state);
    });
    handle.on('connectionStateChange', (state) => {
      if (handle.state === 'closing') return; // its end is the application's, which fires nothing
      this.#wasConnected ||= state === 'connected';
      if (state !== 'closed') this.#report('connectionState', state);
      else if (this.#wasConnected) this.set('connectionState', 'disconnected');
    });
  }

  get now(): States {
    return this.#now;
  }

  set<K extends keyof States>(name: K, state: States[K]): void {
    const before = this.#now[name];
    if (before === state || this.#now.connectionState === 'closed') return;
    // These are final, but for the end by the application, and a first offer that is rolled back.
    if ((before === 'failed' && state !== 'closed') || (before === 'complete' && state !== 'new')) return;
    this.#now = { ...this.#now, [name]: state };
    this.#fire(`${name.toLowerCase()}change`);
  }

  /** No candidate of the peer is known. */
  get awaitsCandidate(): boolean {
    return this.#held !== undefined;
  }

  /** The peer has sent a candidate, which begins the checks as an application sees them (W3C WebRTC, section 5.6.3). */
  remoteCandidate(): void {
    const held = this.#held;
    if (!held) return;
    this.#held = undefined;
    if (held.iceConnectionState) this.set('iceConnectionState', held.iceConnectionState);
    if (held.connectionState) this.set('connectionState', held.connectionState);
  }

  /** The library checks before it has a candidate, and may find the peer by the peer's own checks. */
  #report<K extends 'connectionState' | 'iceConnectionState'>(name: K, state: States[K]): void {
    const begins = state === 'checking' || state === 'connecting';
    if (begins && this.#held) this.#held[name] = state;
    else {
      // What DTLS came to may be reported before the path that it went over.
      if (state === 'connected' || state === 'failed') this.remoteCandidate();
      if (state === 'connected') this.set('iceConnectionState', 'connected');
      this.set(name, state);
    }
  }

  /** The application has closed: no event is fired. */
  closed(): void {
    this.#now = { ...this.#now, connectionState: 'closed', iceConnectionState: 'closed' };
  }

  /** The handle has ended, and the application did not ask for that. */
  ended(withScope: boolean): void {
    this.set('iceConnectionState', withScope ? 'closed' : 'disconnected');
    this.set('connectionState', withScope ? 'closed' : 'failed');
  }
}
