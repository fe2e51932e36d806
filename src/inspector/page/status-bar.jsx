import { amount } from './figures.js';

/** @type {Readonly<Record<import('./live-source.js').SourceState, string>>} */
const SOURCE = {
  connecting: 'connecting',
  live: 'live',
  paused: 'paused',
  lost: 'connection lost, trying again',
  ended: 'the inspector was closed',
  file: 'a saved trace',
};

/**
 * @param {{
 *   head: import('../model/live-model.ts').LiveModel['head'], handles: number,
 *   source: import('./live-source.js').SourceState, trace: import('../model/trace-file.ts').OpenedTrace | undefined,
 *   children: import('preact').ComponentChildren
 * }} props
 */
export function StatusBar({ head, handles, source, trace, children }) {
  const runtime = head?.runtime;
  return (
    <header class="status">
      <h1>
        scoped<b>-rtc</b>
      </h1>
      <span class={`pill source-${source}`} data-source={source}>
        {source === 'file' && !trace ? 'no trace opened yet' : SOURCE[source]}
      </span>
      {head && runtime && (
        <dl>
          <Fact name="process" value={head.pid} />
          {trace && <Fact name="made at" value={new Date(head.at).toLocaleString()} />}
          {trace && (
            <Fact
              name="on"
              value={`Node ${trace.process.node}, ${trace.process.platform}`}
              title={`scoped-rtc ${trace.process.package}, node-datachannel ${trace.process.binding}`}
            />
          )}
          <Fact name="runtime" value={runtime.state} />
          <Fact name="handles" value={handles} />
          <Fact name="natives" value={`${runtime.natives.held} held, ${runtime.natives.retained} kept`} />
          {!trace && (
            <Fact name="threads" value={runtime.threadNames.length} title={runtime.threadNames.join('\n')} />
          )}
          <Fact name="generation" value={runtime.generation} />
          <Fact name="cleanups" value={runtime.cleanups} />
          <Fact
            name="moved"
            value={`${amount(runtime.traffic.bytesSent, 'B')} out, ${amount(runtime.traffic.bytesReceived, 'B')} in`}
          />
        </dl>
      )}
      {children}
    </header>
  );
}

/** @param {{ name: string, value: string | number, title?: string }} props */
function Fact({ name, value, title }) {
  return (
    <div class="fact" title={title}>
      <dt>{name}</dt>
      <dd data-fact={name}>{value}</dd>
    </div>
  );
}
