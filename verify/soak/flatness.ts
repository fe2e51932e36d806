import type { Sample } from './sample.js';

export interface Line {
  readonly key: Exclude<keyof Sample, 'at' | 'cycles'>;
  readonly title: string;
  /** By how much the level may rise from the first window to the last: a share of it, or this much, if that is more. */
  readonly share: number;
  readonly atLeast: number;
  readonly show: (value: number) => string;
}

const MIB = 1024 * 1024;
const mebibytes = (value: number) => `${(value / MIB).toFixed(2)} MiB`;
const whole = (value: number) => String(Math.round(value));

/**
 * Counts may not rise at all. Bytes may by what was seen of a process that leaks nothing: the heap grows with
 * compiled code and type feedback, and the allocator keeps what it once got from the system.
 */
export const LINES: readonly Line[] = [
  { key: 'threads', title: 'threads', share: 0, atLeast: 0.5, show: whole },
  { key: 'descriptors', title: 'file descriptors', share: 0, atLeast: 0.5, show: whole },
  { key: 'heap', title: 'heap after collection', share: 0.03, atLeast: 0.5 * MIB, show: mebibytes },
  { key: 'external', title: 'buffers outside of the heap', share: 0.03, atLeast: 0.5 * MIB, show: mebibytes },
  { key: 'rss', title: 'resident memory (RSS)', share: 0.05, atLeast: 6 * MIB, show: mebibytes },
];

export interface Flatness {
  readonly line: Line;
  /** Undefined: not enough was measured to judge. */
  readonly flat: boolean | undefined;
  /** Levels of the first and the last window. */
  readonly from: number;
  readonly to: number;
  readonly allowed: number;
  /** Rise for each thousand cycles: the median of the slopes between all pairs of samples (Theil and Sen). */
  readonly slope: number;
}

/** A process takes a while until everything has been used once: this share of the samples is not judged. */
export const WARM_UP = 0.25;
/** Fewer samples say nothing about a trend. */
const FEWEST = 12;

/**
 * Medians of windows, so that a single high sample (a collection that came late, a socket of the system that
 * lingers) does not decide: the level of the last third may not lie above that of the first by more than is
 * allowed. A line that falls is flat.
 */
export function judge(line: Line, samples: readonly Sample[]): Flatness {
  const used = samples
    .slice(Math.floor(samples.length * WARM_UP))
    .filter((sample) => !Number.isNaN(sample[line.key]));
  const values = used.map((sample) => sample[line.key]);
  if (values.length < FEWEST) {
    return {
      line,
      flat: undefined,
      from: Number.NaN,
      to: Number.NaN,
      allowed: Number.NaN,
      slope: Number.NaN,
    };
  }
  const third = Math.floor(values.length / 3);
  const from = median(values.slice(0, third));
  const to = median(values.slice(-third));
  const allowed = Math.max(line.atLeast, line.share * from);
  return { line, flat: to - from <= allowed, from, to, allowed, slope: slopeOf(line, used) };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

function slopeOf({ key }: Line, samples: readonly Sample[]): number {
  const slopes: number[] = [];
  samples.forEach((early, index) => {
    for (const late of samples.slice(index + 1)) {
      const cycles = late.cycles - early.cycles;
      if (cycles > 0) slopes.push(((late[key] - early[key]) / cycles) * 1000);
    }
  });
  return slopes.length === 0 ? 0 : median(slopes);
}
