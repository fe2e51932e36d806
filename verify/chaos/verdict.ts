import type { ChannelReport, WorkerReport } from './reports.js';

export interface Verdict {
  readonly channels: number;
  readonly sent: number;
  readonly received: number;
  /** Accepted, not received, and reported as unconfirmed. */
  readonly reported: number;
  readonly faults: readonly string[];
}

/** Holds what both ends say against each other. A channel whose one end was killed with its process cannot be checked. */
export function judge(workers: readonly WorkerReport[], channels: readonly ChannelReport[]): Verdict {
  const faults: string[] = [];
  const ends = new Map<string, ChannelReport[]>();
  let [sent, received, reported] = [0, 0, 0];
  for (const worker of workers) {
    faults.push(...worker.unexpected);
    if (worker.held + worker.retained + worker.threads > 0) {
      faults.push(`left: ${worker.held} held, ${worker.retained} retained, ${worker.threads} threads`);
    }
  }
  for (const channel of channels) ends.set(channel.label, [...(ends.get(channel.label) ?? []), channel]);
  for (const [label, [one, other]] of ends) {
    if (!one || !other) continue;
    for (const [from, to] of [
      [one, other],
      [other, one],
    ] as const) {
      sent += from.attempted - from.doubtful.length;
      for (const [first, last] of to.received) received += last - first + 1;
      if (to.duplicates > 0) faults.push(`${label}: ${to.duplicates} messages came twice`);
      if (to.outOfOrder > 0) faults.push(`${label}: ${to.outOfOrder} messages came out of order`);
      const gone = missingOf(from, to);
      const missing = gone.length;
      reported += Math.min(missing, from.unconfirmed);
      if (missing <= from.unconfirmed) continue;
      faults.push(
        `${label}: ${missing} of ${from.attempted} messages are missing (${gone[0]} to ${gone.at(-1)}), ${from.unconfirmed} were reported; ` +
          `sender (${from.origin}) ended by ${endOf(from)}, receiver by ${endOf(to)}`,
      );
    }
  }
  return { channels: ends.size, sent, received, reported, faults };
}

function endOf({ by, aborted }: ChannelReport): string {
  return aborted ? `${by} at once` : by;
}

/** The numbers of the messages that `send` accepted and that did not come. */
function missingOf(from: ChannelReport, to: ChannelReport): number[] {
  const doubtful = new Set(from.doubtful);
  const came = new Set<number>();
  for (const [first, last] of to.received) for (let n = first; n <= last; n++) came.add(n);
  const missing: number[] = [];
  for (let n = 0; n < from.attempted; n++) if (!came.has(n) && !doubtful.has(n)) missing.push(n);
  return missing;
}
