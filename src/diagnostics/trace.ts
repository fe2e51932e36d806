import type { Loss, TeardownReport } from '../scope/teardown-report.js';
import type { TeardownCause } from '../scope/node-behaviour.js';
import type { OwnedNode } from '../scope/node.js';
import { describeError, shownText } from './described-error.js';
import { EventLog, type TraceEvent, type TraceEventType } from './event-log.js';
import type { RtcWarning } from './warning.js';
import { channel } from 'node:diagnostics_channel';

/**
 * `node:diagnostics_channel` channels. Ask `hasSubscribers` before building what is published for each handle: a path
 * alone costs more than the question. What each carries is in docs/diagnostics.md.
 */
export const diagnostics = {
  created: channel('scoped-rtc:handle:create'),
  opened: channel('scoped-rtc:handle:open'),
  closed: channel('scoped-rtc:handle:close'),
  teardown: channel('scoped-rtc:runtime:teardown'),
  cleanup: channel('scoped-rtc:runtime:cleanup'),
  log: channel('scoped-rtc:log'),
  warning: channel('scoped-rtc:warning'),
};

export interface TracedWarning extends Pick<RtcWarning, 'code' | 'message' | 'path'> {
  /** Number of its event. */
  readonly n: number;
  readonly at: number;
}

export interface TracedTeardown {
  /** Number of its event. */
  readonly n: number;
  /** When it ended, in milliseconds since the epoch. */
  readonly at: number;
  /** The root of what was torn down. */
  readonly path: string;
  readonly report: TeardownReport;
}

/** How a handle ended, as its `close` event says. */
interface End extends Loss {
  readonly by: TeardownCause;
  readonly reason?: unknown;
}

/**
 * What happens in one runtime: published on `diagnostics_channel`, and kept while somebody records. While there is neither
 * a subscriber nor a recorder, each call costs one comparison.
 */
export class Trace {
  #recorders = 0;
  #log = new EventLog();
  #warnings: TracedWarning[] = [];
  #teardowns: TracedTeardown[] = [];
  /** When recording began, in milliseconds since the epoch; `undefined` where it did not. */
  #since: number | undefined;

  get recording(): boolean {
    return this.#recorders > 0;
  }

  get since(): number | undefined {
    return this.#since;
  }

  /** Number of events so far. */
  get count(): number {
    return this.#log.count;
  }

  get warnings(): readonly TracedWarning[] {
    return this.#warnings;
  }

  get teardowns(): readonly TracedTeardown[] {
    return this.#teardowns;
  }

  /** What is kept of the events after number `n`. */
  eventsAfter(n: number): TraceEvent[] {
    return this.#log.since(n);
  }

  /** Remembers what happens until every recorder has been disposed; what was recorded stays. */
  record(): Disposable {
    this.#recorders++;
    this.#since ??= Date.now();
    let isOn = true;
    return {
      [Symbol.dispose]: () => {
        if (isOn) this.#recorders--;
        isOn = false;
      },
    };
  }

  /** Of connections: states, descriptions, candidates. Ask `recording` where it takes work to say what it was. */
  note(type: TraceEventType, path: string, text: string): void {
    if (this.#recorders > 0) this.#add({ type, path, text: shownText(text) });
  }

  /** `creation`: an error whose stack says where. */
  created(node: OwnedNode, creation: Error | undefined): void {
    const { created } = diagnostics;
    if (created.hasSubscribers) created.publish(this.#signed(named(node)));
    if (this.#recorders > 0) this.#log.add({ type: 'create', ...named(node) }, creation);
  }

  opened(node: OwnedNode): void {
    const { opened } = diagnostics;
    if (opened.hasSubscribers) opened.publish({ path: node.path, kind: node.kind });
    if (this.#recorders > 0) this.#add({ type: 'open', ...named(node) });
  }

  closing(node: OwnedNode, by: TeardownCause, reason: unknown): void {
    if (this.#recorders > 0) this.#add({ type: 'closing', ...named(node), text: BY[by] }, reason);
  }

  closed(node: OwnedNode, end: End): void {
    const { closed } = diagnostics;
    if (closed.hasSubscribers) closed.publish(this.#signed({ ...named(node), ...end }));
    if (this.#recorders > 0) this.#add({ type: 'close', ...named(node), text: wordsOf(end) }, end.reason);
  }

  torndown(node: OwnedNode, report: TeardownReport, error: unknown): void {
    const { teardown } = diagnostics;
    if (teardown.hasSubscribers) teardown.publish({ path: node.path, kind: node.kind, report });
    if (this.#recorders === 0) return;
    const { path } = node;
    const ms = Math.max(0, ...report.map(({ endedAt }) => endedAt));
    const bad = report.filter(({ outcome }) => outcome !== 'closed').length;
    const text = `${report.length} ${report.length === 1 ? 'member' : 'members'}${bad > 0 ? `, ${bad} forced or failed` : ''}`;
    const n = this.#add({ type: 'teardown', ...named(node), text, ms }, error);
    // Of one member that closed its event says all: where peers come and go, the others would soon be forgotten.
    if (report.length > 1 || bad > 0 || !path.includes('/'))
      keep(this.#teardowns, { n, at: Date.now(), path, report }, MOST_TEARDOWNS);
  }

  warned(warning: RtcWarning): void {
    diagnostics.warning.publish(warning);
    if (this.#recorders === 0) return;
    const { code, message, path, cause } = warning;
    const event = { type: 'warning', text: shownText(`${code}: ${message}`) } as const;
    const n = this.#add(path === undefined ? event : { ...event, path }, cause);
    keep(this.#warnings, { n, at: Date.now(), code, message, path }, MOST_WARNINGS);
  }

  cleanedUp(cleanup: { readonly generation: number; readonly cleanups: number; readonly ms: number }): void {
    diagnostics.cleanup.publish(cleanup);
    if (this.#recorders > 0)
      this.#add({ type: 'cleanup', text: `generation ${cleanup.generation}`, ms: cleanup.ms });
  }

  /** Adds a property that is not enumerable: of which runtime a message is, for the testing tools. */
  #signed(message: object): object {
    return Object.defineProperty(message, RUNTIME_TRACE, { value: this });
  }

  #add(event: Omit<TraceEvent, 'n' | 'at'>, reason?: unknown): number {
    return this.#log.add(reason === undefined ? event : { ...event, error: describeError(reason) });
  }
}

/** Where a runtime keeps its trace: also reachable for the inspector of another copy of the package. */
export const RUNTIME_TRACE: unique symbol = Symbol.for('scoped-rtc.trace');

const named = ({ path, kind }: OwnedNode) => ({ path, kind });

const BY: Readonly<Record<TeardownCause, string>> = {
  local: 'by this side',
  remote: 'by the peer',
  owner: 'with its owner',
  error: 'by an error',
};

function wordsOf({ by, undelivered, unread, unconfirmed }: End): string {
  const words = [BY[by]];
  if (undelivered > 0) words.push(`${undelivered} undelivered`);
  if (unconfirmed.messages > 0) words.push(`${unconfirmed.messages} unconfirmed`);
  if (unread > 0) words.push(`${unread} unread`);
  return words.join(', ');
}

function keep<T>(list: T[], item: T, most: number): void {
  list.push(item);
  if (list.length > most) list.shift();
}

const MOST_WARNINGS = 200;
const MOST_TEARDOWNS = 20;
