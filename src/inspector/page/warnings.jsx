import { timeOfDay } from './figures.js';

/**
 * @param {{
 *   warnings: readonly import('../../diagnostics/trace.js').TracedWarning[],
 *   onSelect: (path: string) => void
 * }} props
 */
export function Warnings({ warnings, onSelect }) {
  return (
    <div class="card warnings-card">
      <div class="bar">
        <h2>Warnings</h2>
        <span class="facts">{warnings.length}</span>
      </div>
      <ol class="warnings">
        {[...warnings].reverse().map(({ n, at, code, message, path }) => (
          <li key={n}>
            <div class="warning-head">
              <code>{code}</code>
              <time>{timeOfDay(at)}</time>
            </div>
            <p>{message}</p>
            {path !== undefined && (
              <button class="link" onClick={() => onSelect(path)}>
                {path}
              </button>
            )}
          </li>
        ))}
      </ol>
    </div>
  );
}
