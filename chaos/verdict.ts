import type { ChannelReport, WorkerReport } from './reports.js';

export interface Verdict {
  readonly channels: number;
  readonly sent: number;
  readonly received: number;
  /** Accepted, not received, and told as unconfirmed. */
  readonly told: number;
  /** On a channel of the peer's, closed alone, whose peer gave it up meanwhile: nobody can tell (see the docs). */
  readonly unknowable: number;
  readonly faults: readonly string[];
}

/** Holds what both ends say against each other. Ends whose other end was killed cannot be checked. */
export function judge(workers: readonly WorkerReport[]): Verdict {
  const faults: string[] = [];
  const ends = new Map<string, ChannelReport[]>();
  let [sent, received, told, unknowable] = [0, 0, 0, 0];
  for (const worker of workers) {
    faults.push(...worker.unexpected);
    if (worker.held + worker.retained + worker.threads > 0) {
      faults.push(`left: ${worker.held} held, ${worker.retained} retained, ${worker.threads} threads`);
    }
    for (const channel of worker.channels)
      ends.set(channel.label, [...(ends.get(channel.label) ?? []), channel]);
  }
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
      const missing = missingOf(from, to);
      told += Math.min(missing, from.undelivered);
      if (missing <= from.undelivered) continue;
      const closedAlone = from.origin === 'incoming' && from.by === 'local';
      if (closedAlone && to.by !== 'remote') unknowable += missing - from.undelivered;
      else {
        faults.push(
          `${label}: ${missing} of ${from.attempted} messages are missing, ${from.undelivered} were told; ` +
            `sender (${from.origin}) ended by ${from.by}, receiver by ${to.by}`,
        );
      }
    }
  }
  return { channels: ends.size, sent, received, told, unknowable, faults };
}

/** How many messages that `send` accepted did not come. */
function missingOf(from: ChannelReport, to: ChannelReport): number {
  const doubtful = new Set(from.doubtful);
  const came = new Set<number>();
  for (const [first, last] of to.received) for (let n = first; n <= last; n++) came.add(n);
  let missing = 0;
  for (let n = 0; n < from.attempted; n++) if (!came.has(n) && !doubtful.has(n)) missing++;
  return missing;
}
