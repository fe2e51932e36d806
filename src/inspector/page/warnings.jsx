import { timeOfDay } from './figures.js';

/** @param {{ warnings: readonly import('../protocol.js').WarningSeen[] }} props */
export function Warnings({ warnings }) {
  if (warnings.length === 0) return <p class="empty">None.</p>;
  return (
    <ol class="warnings">
      {[...warnings].reverse().map((warning) => (
        <li key={`${warning.at} ${warning.code} ${warning.path}`}>
          <div class="warning-head">
            <code>{warning.code}</code>
            <time>{timeOfDay(warning.at)}</time>
          </div>
          <p>{warning.message}</p>
        </li>
      ))}
    </ol>
  );
}
