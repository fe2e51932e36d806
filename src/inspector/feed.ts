import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { TrafficFigures } from '../diagnostics/traffic.js';
import type { RtcWarning } from '../diagnostics/warning.js';
import type { RtcRuntime } from '../runtime/rtc-runtime.js';
import type { TeardownReport } from '../scope/teardown-report.js';
import type { FeedMessage, RuntimeFacts, Sample, TeardownSeen, WarningSeen } from './protocol.js';
import { TreeFeed } from './tree-feed.js';

const WARNING_CHANNEL = 'scoped-rtc:warning';
/** A minute and a half at the usual interval. */
const MOST_SAMPLES = 360;
const MOST_WARNINGS = 200;
const MOST_TEARDOWNS = 20;

/**
 * Looks at a runtime when asked, and says what has changed. Warnings and teardowns are kept from the start: those
 * of before the page was opened are what it is opened for.
 */
export class Feed implements Disposable {
  readonly #runtime: RtcRuntime;
  readonly #tree = new TreeFeed();
  readonly #warnings: WarningSeen[] = [];
  readonly #teardowns: TeardownSeen[] = [];
  readonly #samples: Sample[] = [];
  readonly #subscription: Disposable;
  #freshWarnings: WarningSeen[] = [];
  #freshTeardowns: TeardownSeen[] = [];
  #lastTraffic: (TrafficFigures & { readonly at: number }) | undefined;
  #facts: RuntimeFacts | undefined;
  #made = 0;

  constructor(runtime: RtcRuntime) {
    this.#runtime = runtime;
    this.#subscription = runtime.subscribe('teardown', (report, path) => this.#onTeardown(report, path));
    // Not the runtime's event: who listens to that takes the warnings off the process's own output.
    subscribe(WARNING_CHANNEL, this.#onWarning);
  }

  /** What is different from the call before. */
  next(): FeedMessage {
    const at = Date.now();
    const { scopes, ...runtime } = this.#runtime.snapshot();
    const threads = this.#runtime.threads();
    const change = this.#tree.change(scopes);
    this.#facts = { ...runtime, threadNames: threads.names };
    const sample = this.#sample(at, runtime.traffic, threads.supported ? threads.count : -1);
    keep(this.#samples, [sample], MOST_SAMPLES);
    const [warnings, teardowns] = [this.#freshWarnings, this.#freshTeardowns];
    this.#freshWarnings = [];
    this.#freshTeardowns = [];
    return { ...this.#head(at, false), ...change, samples: [sample], warnings, teardowns };
  }

  /** Everything, as it was at the latest `next()`. */
  whole(): FeedMessage {
    if (!this.#facts) this.next();
    return {
      ...this.#head(Date.now(), true),
      ...this.#tree.whole(),
      samples: this.#samples,
      warnings: this.#warnings,
      teardowns: this.#teardowns,
    };
  }

  /** Nobody looks for a while: what comes next is no rate over that time. */
  pause(): void {
    this.#lastTraffic = undefined;
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
    unsubscribe(WARNING_CHANNEL, this.#onWarning);
  }

  #head(at: number, full: boolean) {
    const traced = process.env.SCOPED_RTC_TRACE === '1';
    return { full, at, pid: process.pid, traced, runtime: this.#facts as RuntimeFacts };
  }

  #sample(at: number, traffic: TrafficFigures, threads: number): Sample {
    const last = this.#lastTraffic;
    const seconds = last ? Math.max(1, at - last.at) / 1000 : 1;
    const rate = (figure: keyof TrafficFigures) =>
      last ? Math.max(0, traffic[figure] - last[figure]) / seconds : 0;
    this.#lastTraffic = { ...traffic, at };
    return {
      at,
      bytesSent: rate('bytesSent'),
      bytesReceived: rate('bytesReceived'),
      messagesSent: rate('messagesSent'),
      messagesReceived: rate('messagesReceived'),
      threads,
      handles: this.#tree.handles,
    };
  }

  readonly #onWarning = (message: unknown): void => {
    const { code, message: text, path } = message as RtcWarning;
    const seen: WarningSeen = { at: Date.now(), code, message: text, path };
    keep(this.#warnings, [seen], MOST_WARNINGS);
    keep(this.#freshWarnings, [seen], MOST_WARNINGS);
  };

  #onTeardown(report: TeardownReport, path: string): void {
    const seen: TeardownSeen = { id: ++this.#made, at: Date.now(), path, report };
    keep(this.#teardowns, [seen], MOST_TEARDOWNS);
    keep(this.#freshTeardowns, [seen], MOST_TEARDOWNS);
  }
}

function keep<T>(list: T[], items: readonly T[], most: number): void {
  list.push(...items);
  if (list.length > most) list.splice(0, list.length - most);
}
