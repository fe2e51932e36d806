import { useEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks';
import { HandleTree } from './handle-tree.jsx';
import { LiveModel, visibleNodes } from './live-model.js';
import { LiveSource } from './live-source.js';
import { Plot } from './plot.jsx';
import { StatusBar } from './status-bar.jsx';
import { Warnings } from './warnings.jsx';
import { Waterfall } from './waterfall.jsx';

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

export function App() {
  const model = useMemo(() => new LiveModel(), []);
  const [, redraw] = useReducer((count) => count + 1, 0);
  const [source, setSource] = useState(/** @type {import('./live-source.js').SourceState} */ ('connecting'));
  const [filter, setFilter] = useState('');
  const [folded, setFolded] = useState(/** @type {ReadonlySet<number>} */ (new Set()));
  const dark = useDark();
  const live = useRef(/** @type {LiveSource | undefined} */ (undefined));
  useEffect(() => {
    live.current = new LiveSource((message) => {
      model.apply(message);
      redraw(undefined);
    }, setSource);
    live.current.open();
    return () => live.current?.close();
  }, []);
  const { rows, matches } = visibleNodes(model.roots, filter, folded);
  const { head, samples, warnings, teardowns } = model;
  const paused = source === 'paused';
  const seesThreads = (samples.at(-1)?.threads ?? 0) >= 0;
  /** @param {number} id */
  const fold = (id) => {
    const next = new Set(folded);
    if (!next.delete(id)) next.add(id);
    setFolded(next);
  };
  return (
    <>
      <StatusBar head={head} handles={samples.at(-1)?.handles ?? 0} source={source} />
      <main>
        <section class="card tree-card">
          <div class="bar">
            <h2>Ownership</h2>
            <input
              type="search"
              placeholder="filter: path, kind, state"
              aria-label="filter"
              value={filter}
              onInput={(event) => setFilter(event.currentTarget.value)}
            />
            <span class="facts" data-fact="matches">
              {filter ? `${matches} of ${model.nodes.size}` : `${model.nodes.size} members`}
            </span>
            <button
              class="action"
              aria-pressed={paused}
              onClick={() => (paused ? live.current?.open() : live.current?.close())}
            >
              {paused ? 'Go on' : 'Pause'}
            </button>
            <CopyButton text={() => JSON.stringify(model, undefined, 2)} />
          </div>
          <HandleTree
            rows={rows}
            now={head?.at ?? 0}
            folded={folded}
            onFold={fold}
            filtered={filter.trim() !== ''}
          />
        </section>
        <section class="side">
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
          <div class="card warnings-card">
            <div class="bar">
              <h2>Warnings</h2>
              <span class="facts">{warnings.length > 0 ? warnings.length : ''}</span>
            </div>
            <Warnings warnings={warnings} />
          </div>
        </section>
        <section class="card fall-card">
          <h2>Teardown</h2>
          <Waterfall teardowns={teardowns} />
        </section>
      </main>
    </>
  );
}

/** @param {{ text: () => string }} props */
function CopyButton({ text }) {
  const [said, setSaid] = useState('');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text());
      setSaid('Copied');
    } catch {
      setSaid('The browser refused');
    }
    setTimeout(() => setSaid(''), 1500);
  };
  return (
    <button class="action" onClick={copy}>
      {said || 'Copy JSON'}
    </button>
  );
}

/** What the system prefers; the plots take their colours from it. */
function useDark() {
  const query = useMemo(() => matchMedia('(prefers-color-scheme: dark)'), []);
  const [dark, setDark] = useState(query.matches);
  useEffect(() => {
    const listener = () => setDark(query.matches);
    query.addEventListener('change', listener);
    return () => query.removeEventListener('change', listener);
  }, []);
  return dark;
}
