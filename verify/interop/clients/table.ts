export interface Round {
  readonly outcome: string;
  readonly ms: number;
}

export interface Row {
  readonly client: string;
  readonly way: string;
  readonly rounds: readonly Round[];
}

/** Milliseconds from which a round is slow: a DTLS retransmission (H27) costs a second. */
const SLOW_MS = 900;

const okOf = ({ rounds }: Row) => rounds.filter(({ outcome }) => outcome === 'ok');
const slowOf = (row: Row) => okOf(row).filter(({ ms }) => ms >= SLOW_MS);

export function tableOf(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const times = okOf(row)
      .map(({ ms }) => ms)
      .sort((a, b) => a - b);
    const median = times[Math.floor(times.length / 2)] ?? '-';
    const others = new Map<string, number>();
    for (const { outcome } of row.rounds)
      if (outcome !== 'ok') others.set(outcome, (others.get(outcome) ?? 0) + 1);
    const failures = [...others].map(([name, count]) => `${count} ${name}`).join(', ');
    return `| ${row.client} | ${row.way} | ${times.length} of ${row.rounds.length} | ${slowOf(row).length} | ${median} | ${failures} |`;
  });
  return [
    '| client | way | connected | over 900 ms | median ms | failures |',
    '| --- | --- | --- | --- | --- | --- |',
    ...lines,
  ].join('\n');
}

/** Rows that are worse than `raw` by more than chance: one in a hundred (Fisher's exact test, one-sided). */
export function worseThanRaw(rows: readonly Row[]): string[] {
  const found: string[] = [];
  for (const row of rows) {
    const raw = rows.find(({ client, way }) => client === row.client && way === 'raw');
    if (!raw || row === raw) continue;
    for (const [what, count] of [
      ['failed', (of: Row) => of.rounds.length - okOf(of).length],
      // A round that failed was not fast: otherwise who fails less would be slower.
      ['failed or slow', (of: Row) => of.rounds.length - okOf(of).length + slowOf(of).length],
    ] as const) {
      const p = chance(count(row), row.rounds.length, count(raw), raw.rounds.length);
      if (p < 0.01) found.push(`${row.client}, ${row.way}: ${what} ${count(row)} times, raw ${count(raw)}`);
    }
  }
  return found;
}

/** How likely it is that `a` of `ofA` or more belong to it, where both are alike. */
function chance(a: number, ofA: number, b: number, ofB: number): number {
  const choose = (n: number, k: number) => {
    let log = 0;
    for (let i = 0; i < k; i++) log += Math.log(n - i) - Math.log(i + 1);
    return log;
  };
  let sum = 0;
  for (let k = a; k <= Math.min(ofA, a + b); k++) {
    sum += Math.exp(choose(ofA, k) + choose(ofB, a + b - k) - choose(ofA + ofB, a + b));
  }
  return sum;
}
