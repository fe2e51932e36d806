import { useState } from 'preact/hooks';
import { count, duration, timeOfDay } from './figures.js';
import { VirtualList } from './virtual-list.jsx';

/** @typedef {import('../../diagnostics/trace.js').TracedTeardown} TracedTeardown */

const ROW_HEIGHT = 24;

/**
 * Who ended when, for how long, and how; in the order of the report.
 * @param {{ teardowns: readonly TracedTeardown[] }} props
 */
export function Waterfall({ teardowns }) {
  const [chosen, setChosen] = useState(0);
  const shown = teardowns.find(({ n }) => n === chosen) ?? latest(teardowns);
  if (!shown) return <p class="empty">Nothing has been torn down yet.</p>;
  const total = Math.max(1, ...shown.report.map((step) => step.endedAt));
  const bad = shown.report.filter((step) => step.outcome !== 'closed').length;
  return (
    <>
      <div class="bar">
        <select
          aria-label="teardown"
          value={chosen}
          onChange={(event) => setChosen(Number(event.currentTarget.value))}
        >
          <option value={0}>the latest of a scope</option>
          {[...teardowns].reverse().map(({ n, at, path, report }) => (
            <option key={n} value={n}>
              {timeOfDay(at)} {path} ({report.length})
            </option>
          ))}
        </select>
        <span class="facts">
          <b>{shown.path}</b> at {timeOfDay(shown.at)}, {count(shown.report.length, 'step')} in{' '}
          {duration(total)}
          {bad > 0 && <span class="bad"> {bad} not closed as they should</span>}
        </span>
        <span class="legend">
          <i class="span drain" /> drain <i class="span release" /> release <i class="span forced" /> forced
        </span>
      </div>
      <VirtualList
        items={shown.report}
        rowHeight={ROW_HEIGHT}
        keyOf={(step) => step.path}
        class="waterfall"
        label="teardown"
        row={(step) => <Step step={step} total={total} />}
      />
    </>
  );
}

/**
 * A connection that closes after a scope was left is not what anybody wants to see in its place.
 * @param {readonly TracedTeardown[]} teardowns
 */
function latest(teardowns) {
  /** @param {TracedTeardown} teardown */
  const ofScope = ({ path, report }) => report.some((step) => step.path === path && step.kind === 'scope');
  return teardowns.findLast(ofScope) ?? teardowns.at(-1);
}

/** @param {{ step: TracedTeardown['report'][number], total: number }} props */
function Step({ step, total }) {
  const { path, kind, outcome, ms, drainMs, startedAt, endedAt, undelivered } = step;
  /** @param {number} at */
  const percent = (at) => `${(100 * at) / total}%`;
  const releaseMs = Math.max(0, ms - drainMs);
  const lost = undelivered > 0 ? `, ${undelivered} undelivered` : '';
  return (
    <div
      class={`step outcome-${outcome}`}
      data-path={path}
      data-outcome={outcome}
      data-ms={ms}
      title={`${path}\n${kind}, ${outcome}${lost}\nfrom ${duration(startedAt)}: ${duration(drainMs)} draining, ${duration(releaseMs)} releasing`}
    >
      <span class="step-name path">
        <bdi>{path}</bdi>
      </span>
      <span class="kind">{kind}</span>
      <span class="track">
        {drainMs > 0 && (
          <i class="span drain" style={{ left: percent(startedAt), width: percent(drainMs) }} />
        )}
        <i class="span release" style={{ left: percent(endedAt - releaseMs), width: percent(releaseMs) }} />
      </span>
      <span class="figure">{duration(ms)}</span>
      <span class={`outcome ${outcome}`}>
        {outcome}
        {lost}
      </span>
    </div>
  );
}
