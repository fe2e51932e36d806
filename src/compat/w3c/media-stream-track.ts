import { randomUUID } from 'node:crypto';
import { afterTurn } from '../../time/clock.js';
import { interfacePrototype } from './rtc-events.js';
import { assertConstruction, CONSTRUCTION, domException } from './web-idl.js';

export type MediaKind = 'audio' | 'video';

/** The W3C's `MediaStreamTrack` of a receiver. It says what happens to the track; the packets come with `rtpOf()`. */
export class MediaStreamTrack extends EventTarget {
  readonly #kind: MediaKind;
  readonly #id: string;
  #muted = true;
  #ended = false;
  enabled = true;
  contentHint = '';

  /** @internal */
  constructor(key: symbol, kind: MediaKind, id: string) {
    assertConstruction(key);
    super();
    this.#kind = kind;
    this.#id = id;
  }

  /** @internal */
  static make(kind: MediaKind, id: string = randomUUID()): MediaStreamTrack {
    return new this(CONSTRUCTION, kind, id);
  }

  get kind(): MediaKind {
    return this.#kind;
  }

  get id(): string {
    return this.#id;
  }

  get label(): string {
    return `remote ${this.#kind}`;
  }

  /** No packet has come, or the peer sends no more. */
  get muted(): boolean {
    return this.#muted;
  }

  get readyState(): 'live' | 'ended' {
    return this.#ended ? 'ended' : 'live';
  }

  /** Of this object only: the connection still receives. */
  stop(): void {
    this.#ended = true;
  }

  clone(): never {
    throw domException('NotSupportedError', 'a track of scoped-rtc/w3c cannot be cloned');
  }

  getSettings(): object {
    return {};
  }

  getConstraints(): object {
    return {};
  }

  getCapabilities(): object {
    return {};
  }

  applyConstraints(): Promise<never> {
    return Promise.reject(
      domException('NotSupportedError', 'there is no decoder that constraints could be for'),
    );
  }

  /** @internal */
  mute(muted: boolean): void {
    if (this.#ended || this.#muted === muted) return;
    this.#muted = muted;
    this.dispatchEvent(new Event(muted ? 'mute' : 'unmute'));
  }

  /** No packets will come, which the application learns in a task of its own. @internal */
  end(): void {
    afterTurn(() => {
      if (this.#ended) return;
      this.#ended = true;
      this.dispatchEvent(new Event('ended'));
    });
  }
}

/** The W3C's `MediaStreamTrackEvent`. */
export class MediaStreamTrackEvent extends Event {
  readonly #track: MediaStreamTrack;

  constructor(type: string, init: { readonly track: MediaStreamTrack }) {
    super(type);
    this.#track = init.track;
  }

  get track(): MediaStreamTrack {
    return this.#track;
  }
}

/** The W3C's `MediaStream`: tracks that belong together. */
export class MediaStream extends EventTarget {
  readonly #tracks: Set<MediaStreamTrack>;
  #id: string = randomUUID();

  constructor(given: MediaStream | Iterable<MediaStreamTrack> = []) {
    super();
    this.#tracks = new Set(given instanceof MediaStream ? given.getTracks() : given);
    for (const track of this.#tracks) assertTrack(track);
  }

  /** A stream of the peer's. @internal */
  static named(id: string): MediaStream {
    const stream = new this();
    stream.#id = id;
    return stream;
  }

  get id(): string {
    return this.#id;
  }

  get active(): boolean {
    return this.getTracks().some(({ readyState }) => readyState === 'live');
  }

  getTracks(): MediaStreamTrack[] {
    return [...this.#tracks];
  }

  getAudioTracks(): MediaStreamTrack[] {
    return this.getTracks().filter(({ kind }) => kind === 'audio');
  }

  getVideoTracks(): MediaStreamTrack[] {
    return this.getTracks().filter(({ kind }) => kind === 'video');
  }

  getTrackById(id: string): MediaStreamTrack | null {
    return this.getTracks().find((track) => track.id === id) ?? null;
  }

  addTrack(track: MediaStreamTrack): void {
    this.#tracks.add(assertTrack(track));
  }

  removeTrack(track: MediaStreamTrack): void {
    this.#tracks.delete(assertTrack(track));
  }

  clone(): never {
    throw domException('NotSupportedError', 'a stream of scoped-rtc/w3c cannot be cloned');
  }

  /** The peer has changed it. @internal */
  change(track: MediaStreamTrack, isThere: boolean): void {
    if (this.#tracks.has(track) === isThere) return;
    if (isThere) this.#tracks.add(track);
    else this.#tracks.delete(track);
    this.dispatchEvent(new MediaStreamTrackEvent(isThere ? 'addtrack' : 'removetrack', { track }));
  }
}

export function assertTrack(value: unknown): MediaStreamTrack {
  if (!(value instanceof MediaStreamTrack)) throw new TypeError('track must be a MediaStreamTrack');
  return value;
}

export function assertStreams(values: Iterable<unknown>): MediaStream[] {
  return Array.from(values, (value) => {
    if (!(value instanceof MediaStream)) throw new TypeError('streams must be MediaStreams');
    return value;
  });
}

interfacePrototype('MediaStreamTrack', MediaStreamTrack as never, ['mute', 'unmute', 'ended']);
interfacePrototype('MediaStream', MediaStream, ['addtrack', 'removetrack']);
