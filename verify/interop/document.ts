import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { PEER_SAYS } from './peer.js';
import { PEERS } from './peers.js';
import { GROUPS } from './scenarios/index.js';

export interface Result {
  readonly peer: string;
  readonly scenario: string;
  readonly faults: readonly string[];
  /** One of the faults is ours whatever the peer does: something is left, a warning, an error that nobody caught. */
  readonly isOurs: boolean;
  readonly figure: string;
  readonly ms: number;
  /** Where it failed: what the raw binding comes to. */
  readonly control?: string;
  /** The raw binding fails in the same way. */
  readonly isAsRaw?: boolean;
}

export type Verdict = 'holds' | 'as raw' | 'fails';

export function verdictOf({ faults, isOurs, isAsRaw }: Result): Verdict {
  if (faults.length === 0) return 'holds';
  return isAsRaw && !isOurs ? 'as raw' : 'fails';
}

/** Each fault of `result` is one of the raw binding, too, whatever the figures in it are. */
export function failsLike(result: Result, raw: Result): boolean {
  const alike = (fault: string) => fault.replaceAll(/\d+/g, '#');
  const known = new Set(raw.faults.map(alike));
  return result.faults.every((fault) => fault.startsWith(PEER_SAYS) || known.has(alike(fault)));
}

const FILE = new URL('../../docs/interoperability.md', import.meta.url);

/** A table for each group of scenarios, peers as columns. */
export function tablesOf(results: readonly Result[], peers: readonly string[]): string {
  const cell = (peer: string, scenario: string) => {
    const result = results.find((each) => each.peer === peer && each.scenario === scenario);
    if (!result) return ' ';
    const figure = result.figure || `${(result.ms / 1000).toFixed(1)} s`;
    const verdict = verdictOf(result);
    if (verdict === 'holds') return figure;
    const control = result.control === undefined ? '' : `; the raw binding: ${escaped(result.control)}`;
    return `**${verdict}**: ${escaped(result.faults[0] ?? '')}${control}`;
  };
  return Object.entries(GROUPS)
    .map(([group, scenarios]) => {
      const asked = results.filter(({ scenario }) => scenario in scenarios);
      const columns = peers.filter((name) => asked.some(({ peer }) => peer === name));
      const rows = Object.entries(scenarios)
        .filter(([name]) => asked.some(({ scenario }) => scenario === name))
        .map(([name, { title }]) => `| ${[title, ...columns.map((peer) => cell(peer, name))].join(' | ')} |`);
      if (rows.length === 0) return '';
      const head = `| ${[group, ...columns.map((peer) => PEERS[peer]?.title)].join(' | ')} |`;
      return [head, `|${' --- |'.repeat(columns.length + 1)}`, ...rows, ''].join('\n');
    })
    .join('\n');
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ').slice(0, 160);
}

export function writeDocument(results: readonly Result[], peers: readonly string[], network: string): void {
  const versions = peers.map((peer) => {
    const kind = PEERS[peer];
    const lacks = kind?.isServer
      ? ' A server: it is asked what servers are asked.'
      : kind?.lacks?.length
        ? ` Not asked of it: ${kind.lacks.join(', ')}.`
        : '';
    return `| ${kind?.title} | ${kind?.version()} | ${kind?.from} |${lacks} |`;
  });
  const count = (verdict: Verdict) => results.filter((result) => verdictOf(result) === verdict).length;
  const seconds = results.reduce((sum, { ms }) => sum + ms, 0) / 1000;
  writeFileSync(
    FILE,
    `# Interoperability

Written by \`npm run interop -- --write-docs\` on ${process.platform}-${process.arch} with ${cpus().length} cores, Node.js
${process.versions.node}, ${new Date().toISOString().slice(0, 10)}. Do not edit.

${results.length} cells: ${count('holds')} hold, ${count('as raw')} as raw, ${count('fails')} fail; the scenarios took ${seconds.toFixed(0)} s in all, without the start of the peers.
Each is a process of its own in ${network}, which must end by itself with no thread and no native object left. A cell holds
the figure of its scenario, or how long it took; an empty one was not asked of that peer. _As raw_: something does not hold, and
the same does not hold with the raw binding in the place of this package. The reason is at the peer, or in the binding. What is
lost of 3000 messages as one end closes is a matter of chance: those cells run five times, and show the first that does not hold.

| peer | version | from | |
| --- | --- | --- | --- |
${versions.join('\n')}

${tablesOf(results, peers)}`,
  );
}
