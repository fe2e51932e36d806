import type { Summaries } from '../support/summary.js';

/** Everything that was measured, for programs. */
export function renderJson(results: readonly Summaries[], measuredOn: Record<string, string>): string {
  const plain = results.map((summaries) => {
    const { name, title, reference, figures } = summaries.scenario;
    const candidates = summaries.candidates.map((candidate) => ({
      candidate,
      failures: summaries.failures(candidate),
      figures: Object.fromEntries(
        figures.map(({ key, unit }) => [key, { unit, ...summaries.of(candidate, key) }]),
      ),
    }));
    return { name, title, reference, candidates, goals: summaries.scenario.judge(summaries) };
  });
  return JSON.stringify({ versions: measuredOn, scenarios: plain }, null, 2);
}
