import { useEffect, useState } from 'preact/hooks';
import { ConnectionFacts } from './connection-facts.jsx';
import { ChannelFacts } from './channel-facts.jsx';
import { Cause, Facts, Paths } from './facts.jsx';
import { age, amount, count, timeOfDay } from './figures.js';
import { Place } from './place.jsx';
import { Plot } from './plot.jsx';

/**
 * @typedef {import('../../diagnostics/handle-details.js').HandleDetails} HandleDetails
 * @typedef {import('../model/live-model.ts').Node} Node
 */

/** Milliseconds between two questions for the details, which take some native calls. */
const ASK_EVERY_MS = 1000;

/** @typedef {{ label: string, color: string, of: Exclude<keyof import('../model/live-model.ts').Point, 'at'> }} Series */
/** @type {readonly Series[]} */
const BYTES = [
  { label: 'out', color: 'out', of: 'bytesSent' },
  { label: 'in', color: 'in', of: 'bytesReceived' },
];
/** @type {readonly Series[]} */
const MESSAGES = [
  { label: 'out', color: 'out', of: 'messagesSent' },
  { label: 'in', color: 'in', of: 'messagesReceived' },
];
/** @type {readonly Series[]} */
const BUFFERED = [{ label: 'now', color: 'threads', of: 'bufferedAmount' }];
/** @type {readonly Series[]} */
const RTT = [{ label: 'ms', color: 'handles', of: 'rtt' }];

/**
 * All that is known of one member of the tree; also of one that has gone meanwhile.
 * @param {{
 *   path: string, node: Node | undefined, model: import('../model/live-model.ts').LiveModel,
 *   saved: HandleDetails | undefined, isLive: boolean, dark: boolean, onSelect: (path: string | undefined) => void
 * }} props
 */
export function Details({ path, node, model, saved, isLive, dark, onSelect }) {
  const [last, setLast] = useState(node);
  useEffect(() => {
    if (node) setLast(node);
  }, [node]);
  const shown = node ?? last;
  const asked = useDetails(path, isLive && node !== undefined);
  const details = saved ?? asked;
  const { head } = model;
  const warnings = model.warnings.filter((warning) => warning.path === path);
  const end = model.events.findLast((event) => event.path === path && event.error !== undefined);
  // A wait in vain that no opening has followed.
  const waited = model.events.findLast(
    (event) => event.path === path && (event.type === 'waited' || event.type === 'open'),
  );
  const why = (
    <>
      {end?.error && <Cause error={end.error} at={timeOfDay(end.at)} />}
      {waited?.type === 'waited' && (
        <p class="cause" data-detail="waited">
          <b>{timeOfDay(waited.at)}</b> {waited.text}
        </p>
      )}
    </>
  );
  return (
    <section class="card details" aria-label={`details of ${path}`} data-details={path}>
      <div class="bar">
        <h2 title={path}>{path}</h2>
        <button class="action close" aria-label="close details" onClick={() => onSelect(undefined)}>
          ✕
        </button>
      </div>
      {shown ? (
        <>
          <Facts
            facts={{
              kind: shown.kind,
              state: node ? shown.state : 'gone',
              age: shown.createdAt === undefined ? undefined : age((head?.at ?? 0) - shown.createdAt),
              'made at': shown.place && <Place place={shown.place} head={head} />,
              'ends before': shown.dependsOn.length > 0 && (
                <Paths paths={shown.dependsOn} onSelect={onSelect} />
              ),
              'ends after': some(model.dependentsOf(path), (paths) => (
                <Paths paths={paths} onSelect={onSelect} />
              )),
              sent: some(
                shown.messagesSent,
                (messages) => `${count(messages, 'message')}, ${amount(shown.bytesSent, 'B')}`,
              ),
              received: some(
                shown.messagesReceived,
                (messages) => `${count(messages, 'message')}, ${amount(shown.bytesReceived, 'B')}`,
              ),
            }}
          />
          {why}
          {details?.connection && <ConnectionFacts connection={details.connection} />}
          <ChannelFacts details={details} />
          {shown.createdAt !== undefined && model.samples.length > 0 && (
            <Plots node={shown} end={head?.at} dark={dark} />
          )}
        </>
      ) : (
        <>
          <p class="empty">Gone. What is kept of it is in the timeline.</p>
          {why}
        </>
      )}
      {warnings.map(({ n, at, code, message }) => (
        <p key={n} class="own-warning">
          <code>{code}</code> {timeOfDay(at)} {message}
        </p>
      ))}
    </section>
  );
}

/** @param {{ node: Node, end: number | undefined, dark: boolean }} props */
function Plots({ node, end, dark }) {
  const { history } = node;
  const plot = { samples: history, dark, height: 76, ...(end !== undefined && { end }) };
  const isConnection = node.kind === 'PeerConnection';
  return (
    <div class="pair">
      <Plot title="Bytes/s" unit="" series={BYTES} {...plot} />
      {isConnection ? (
        <Plot title="Round trip" unit="" series={RTT} whole {...plot} />
      ) : (
        <>
          <Plot title="Messages/s" unit="" series={MESSAGES} {...plot} />
          <Plot title="Buffered bytes" unit="" series={BUFFERED} {...plot} />
        </>
      )}
    </div>
  );
}

/**
 * The details of a member, asked for again and again while it is looked at.
 * @param {string} path
 * @param {boolean} isAsked
 */
function useDetails(path, isAsked) {
  const [details, setDetails] = useState(/** @type {HandleDetails | undefined} */ (undefined));
  useEffect(() => {
    if (!isAsked) return undefined;
    const ended = new AbortController();
    const ask = async () => {
      try {
        const response = await fetch(`member?path=${encodeURIComponent(path)}`, { signal: ended.signal });
        if (response.ok) setDetails((await response.json()).details);
      } catch {
        // The application has gone, or somebody else is looked at: what was known stays.
      }
    };
    void ask();
    const timer = setInterval(ask, ASK_EVERY_MS);
    return () => {
      ended.abort();
      clearInterval(timer);
    };
  }, [path, isAsked]);
  return details;
}

/**
 * Nothing where there is nothing.
 * @template {number | readonly unknown[]} T
 * @param {T} value
 * @param {(value: T) => import('preact').ComponentChildren} say
 */
function some(value, say) {
  return (typeof value === 'number' ? value : value.length) > 0 ? say(value) : undefined;
}
