import { useEffect, useRef, useState } from 'preact/hooks';

/** @typedef {import('../model/tree-rows.ts').RowSettings} RowSettings */

/**
 * @param {{
 *   settings: RowSettings, onChange: (change: Partial<RowSettings>) => void, matches: number, total: number,
 *   source: import('./live-source.js').SourceState, onPause: () => void, onResume: () => void, text: () => string
 * }} props
 */
export function TreeToolbar({ settings, onChange, matches, total, source, onPause, onResume, text }) {
  const search = useRef(/** @type {HTMLInputElement | null} */ (null));
  useEffect(() => {
    /** @param {KeyboardEvent} event */
    const onKey = (event) => {
      const { target } = event;
      if (event.key !== '/' || target instanceof HTMLInputElement || target instanceof HTMLSelectElement)
        return;
      event.preventDefault();
      search.current?.focus();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  const paused = source === 'paused';
  return (
    <div class="bar">
      <h2>Ownership</h2>
      <input
        ref={search}
        type="search"
        placeholder="filter ( / )"
        aria-label="filter"
        title="words of path, kind and state"
        value={settings.filter}
        onInput={(event) => onChange({ filter: event.currentTarget.value })}
      />
      <select
        aria-label="grouping"
        value={settings.group}
        onChange={(event) =>
          onChange({ group: /** @type {RowSettings['group']} */ (event.currentTarget.value) })
        }
      >
        <option value="tree">as a tree</option>
        <option value="kind">by kind</option>
        <option value="state">by state</option>
      </select>
      <span class="facts" data-fact="matches">
        {settings.filter ? `${matches} of ${total}` : `${total} members`}
      </span>
      {source !== 'file' && (
        <button class="action" aria-pressed={paused} onClick={paused ? onResume : onPause}>
          {paused ? 'Go on' : 'Pause'}
        </button>
      )}
      <CopyButton text={text} />
    </div>
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
