import { oneOf, string, readFrom } from '../../arguments/argument.js';
import { type Bounds, checkBounds, type WaitOptions } from '../../time/deadline.js';
import type { Clock } from '../../time/clock.js';
import { bounded, Deferred, started } from '../../time/wait.js';
import type { DataChannel } from '../data-channel/data-channel.js';
import type { MediaTrack } from '../media/media-track.js';
import type { PendingEvents } from '../emitter.js';

export interface NextChannelOptions extends WaitOptions {
  /** Label of the channel. Default: whichever comes next. */
  label?: string | undefined;
}

export interface NextTrackOptions extends WaitOptions {
  /** Identification of the media section. Default: whichever comes next. */
  mid?: string | undefined;
  kind?: 'audio' | 'video' | undefined;
}

interface Arriving {
  dataChannel: DataChannel;
  track: MediaTrack;
}

interface Waiter {
  readonly event: keyof Arriving;
  readonly matches: (item: unknown) => boolean;
  readonly arrived: Deferred<unknown>;
}

/** Throws where nothing more can come; `what` is the call. */
type Refuse = (what: string) => void;

/**
 * The channels and tracks that the peer opens: for the listeners of their events, and for calls that wait for the next one.
 * A channel or track without a taker waits for the first of either.
 */
export class Arrivals {
  readonly #pending: PendingEvents;
  readonly #clock: Clock;
  readonly #path: () => string;
  readonly #waiters = new Set<Waiter>();

  constructor(pending: PendingEvents, clock: Clock, path: () => string) {
    this.#pending = pending;
    this.#clock = clock;
    this.#path = path;
  }

  add<E extends keyof Arriving>(event: E, item: Arriving[E]): void {
    const waiter = [...this.#waiters].find((one) => one.event === event && one.matches(item));
    if (waiter) {
      this.#waiters.delete(waiter);
      waiter.arrived.resolve(item);
      if (!this.#pending.hasListener(event)) return;
    }
    this.#pending.emit(event, item);
  }

  /** Channels that nobody was given yet. */
  get untaken(): Iterable<DataChannel> {
    return this.#pending.waiting('dataChannel').map(([channel]) => channel as DataChannel);
  }

  nextChannel(options: unknown, refuse: Refuse): Promise<DataChannel> {
    const what = 'nextDataChannel()';
    return started(() => {
      const { bounds, wanted } = checkNextOptions(options, what, { label: string });
      const matches = ({ label }: DataChannel) => (wanted.label ?? label) === label;
      return this.#next('dataChannel', matches, bounds, () => refuse(what));
    });
  }

  nextTrack(options: unknown, refuse: Refuse): Promise<MediaTrack> {
    const what = 'nextTrack()';
    return started(() => {
      const { bounds, wanted } = checkNextOptions(options, what, { mid: string, kind: KIND });
      const matches = ({ mid, type }: MediaTrack) =>
        (wanted.mid ?? mid) === mid && (wanted.kind ?? type) === type;
      return this.#next('track', matches, bounds, () => refuse(what));
    });
  }

  /** Nothing more can come. */
  end(error: unknown): void {
    for (const { arrived } of this.#waiters) arrived.reject(error);
  }

  async #next<E extends keyof Arriving>(
    event: E,
    matches: (item: Arriving[E]) => boolean,
    bounds: Bounds,
    refuse: () => void,
  ): Promise<Arriving[E]> {
    const kept = this.#pending.take(event, (item) => matches(item as Arriving[E]));
    if (kept !== undefined) return kept as Arriving[E];
    refuse();
    const arrived = new Deferred<Arriving[E]>();
    const waiter = { event, matches, arrived } as unknown as Waiter;
    this.#waiters.add(waiter);
    try {
      return await bounded(arrived, bounds, this.#clock, this.#path(), `the next ${event}`);
    } finally {
      this.#waiters.delete(waiter);
    }
  }
}

function checkNextOptions<K extends string>(
  options: unknown,
  where: string,
  fields: Readonly<Record<K, (value: unknown, name: string) => string>>,
): { bounds: Bounds; wanted: Partial<Record<K, string>> } {
  const keys = Object.keys(fields) as K[];
  const bounds = checkBounds(options, where, keys);
  const wanted: Partial<Record<K, string>> = {};
  for (const key of keys) {
    const name = `${where} options.${key}`;
    const given = readFrom(name, () => (options as Partial<Record<K, unknown>> | undefined)?.[key]);
    if (given !== undefined) wanted[key] = fields[key](given, name);
  }
  return { bounds, wanted };
}

const KIND = oneOf('audio', 'video');
