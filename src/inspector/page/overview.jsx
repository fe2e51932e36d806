import { Plot } from './plot.jsx';

const BYTES = /** @type {const} */ ([
  { label: 'out', color: 'out', of: 'bytesSent' },
  { label: 'in', color: 'in', of: 'bytesReceived' },
]);
const MESSAGES = /** @type {const} */ ([
  { label: 'out', color: 'out', of: 'messagesSent' },
  { label: 'in', color: 'in', of: 'messagesReceived' },
]);
const THREADS = /** @type {const} */ ([{ label: 'now', color: 'threads', of: 'threads' }]);
const HANDLES = /** @type {const} */ ([{ label: 'now', color: 'handles', of: 'handles' }]);

/**
 * The whole runtime over the last minute.
 * @param {{ samples: readonly import('../protocol.js').Sample[], dark: boolean }} props
 */
export function Overview({ samples, dark }) {
  if (samples.length === 0) {
    return <p class="card empty">Select a row to see what is known of it.</p>;
  }
  const seesThreads = (samples.at(-1)?.threads ?? 0) >= 0;
  return (
    <>
      <div class="card">
        <Plot title="Bytes" unit="per second" samples={samples} series={BYTES} dark={dark} />
      </div>
      <div class="card">
        <Plot title="Messages" unit="per second" samples={samples} series={MESSAGES} dark={dark} />
      </div>
      <div class="card pair">
        {seesThreads ? (
          <Plot title="Library threads" unit="" samples={samples} series={THREADS} whole dark={dark} />
        ) : (
          <p class="empty">Library threads can be seen on Linux only.</p>
        )}
        <Plot title="Handles" unit="" samples={samples} series={HANDLES} whole dark={dark} />
      </div>
    </>
  );
}
