import { useEffect, useMemo, useState } from 'preact/hooks';
import { Details } from './details.jsx';
import { HandleTree } from './handle-tree.jsx';
import { Overview } from './overview.jsx';
import { StatusBar } from './status-bar.jsx';
import { Tabs } from './tabs.jsx';
import { Timeline } from './timeline.jsx';
import { TraceButtons, useDroppedFile } from './trace-buttons.jsx';
import { TreeToolbar } from './tree-toolbar.jsx';
import { useApplication } from './use-application.js';
import { useMedia } from './use-media.js';
import { Warnings } from './warnings.jsx';
import { Waterfall } from './waterfall.jsx';
import { treeRows, WHOLE_TREE } from '../model/tree-rows.ts';

/** @typedef {import('../model/tree-rows.ts').RowSettings} RowSettings */

export function App() {
  const application = useApplication();
  const { model, trace, source, problem } = application;
  const [settings, setSettings] = useState(WHOLE_TREE);
  const [selected, setSelected] = useState(/** @type {string | undefined} */ (undefined));
  // The plots take their colours from the style when they are drawn.
  const dark = useMedia('(prefers-color-scheme: dark)');
  const dragging = useDroppedFile(application.show);
  // A path of the program is none of the trace's.
  useEffect(() => setSelected(undefined), [model]);
  const { rows, matches } = treeRows(model.roots, settings);
  const node = useMemo(
    () => [...model.nodes.values()].find(({ path }) => path === selected),
    [model, selected, model.head],
  );
  const { head, samples, warnings, teardowns, events } = model;
  const change = (/** @type {Partial<RowSettings>} */ change) => setSettings({ ...settings, ...change });
  return (
    <>
      <StatusBar head={head} handles={countHandles(model)} source={source} trace={trace}>
        <TraceButtons
          isTrace={trace !== undefined}
          canSave={source === 'live' || source === 'paused'}
          onFile={application.show}
          onLeave={location.protocol === 'file:' ? undefined : application.resume}
        />
      </StatusBar>
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      <main class={dragging ? 'dragging' : ''}>
        <section class="card tree-card">
          <TreeToolbar
            settings={settings}
            onChange={change}
            matches={matches}
            total={model.nodes.size}
            source={source}
            onPause={application.pause}
            onResume={application.resume}
            text={() => JSON.stringify(model, undefined, 2)}
          />
          <HandleTree
            rows={rows}
            now={head?.at ?? 0}
            settings={settings}
            onChange={change}
            selected={selected}
            onSelect={setSelected}
            empty={emptyText(source, trace, settings.filter)}
          />
        </section>
        <section class="side">
          {selected === undefined ? (
            <Overview samples={samples} dark={dark} />
          ) : (
            <Details
              key={selected}
              path={selected}
              node={node}
              model={model}
              saved={trace?.details.get(selected)}
              isLive={source === 'live'}
              dark={dark}
              onSelect={setSelected}
            />
          )}
          {warnings.length > 0 && <Warnings warnings={warnings} onSelect={setSelected} />}
        </section>
        <section class="card fall-card">
          <Tabs
            key={trace ? 'trace' : 'live'}
            tabs={{
              Timeline: () => (
                <Timeline
                  events={events}
                  selected={selected}
                  onSelect={setSelected}
                  forgotten={trace?.forgotten}
                />
              ),
              Teardown: () => <Waterfall teardowns={teardowns} />,
            }}
            counts={{ Timeline: events.length, Teardown: teardowns.length }}
          />
        </section>
      </main>
    </>
  );
}

/**
 * @param {import('./live-source.js').SourceState} source
 * @param {import('../model/trace-file.ts').OpenedTrace | undefined} trace
 * @param {string} filter
 */
function emptyText(source, trace, filter) {
  if (filter.trim() !== '') return 'Nothing matches the filter.';
  if (trace) return 'Nothing lived when the trace was made. Drop another trace here to open it.';
  return source === 'file'
    ? 'Drop a file here that runtime.trace() or an inspector has made.'
    : 'Nothing lives: no scope is open, the library is not in use.';
}

/** @param {import('../model/live-model.ts').LiveModel} model */
function countHandles({ nodes }) {
  let count = 0;
  for (const { createdAt } of nodes.values()) if (createdAt !== undefined) count++;
  return count;
}
