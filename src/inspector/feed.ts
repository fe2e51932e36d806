import { RUNTIME_TRACE, type Trace } from '../diagnostics/trace.js';
import type { TrafficFigures } from '../diagnostics/traffic.js';
import type { RtcRuntime } from '../runtime/rtc-runtime.js';
import type { FeedMessage, RuntimeFacts, Sample } from './protocol.js';
import { TreeFeed } from './tree-feed.js';

/** A minute and a half at the usual interval. */
const MOST_SAMPLES = 360;

/**
 * Looks at a runtime when asked, and says what has changed. Events, warnings and teardowns are recorded from the start:
 * those of before the page was opened are what it is opened for.
 */
export class Feed implements Disposable {
  readonly #runtime: RtcRuntime;
  readonly #trace: Trace;
  readonly #editor: string | undefined;
  readonly #tree = new TreeFeed();
  readonly #samples: Sample[] = [];
  readonly #recorder: Disposable;
  /** Number of the latest event that was told. */
  #told = 0;
  #lastTraffic: (TrafficFigures & { readonly at: number }) | undefined;
  #facts: RuntimeFacts | undefined;

  constructor(runtime: RtcRuntime, editor: string | undefined) {
    this.#runtime = runtime;
    this.#editor = editor;
    this.#trace = runtime[RUNTIME_TRACE];
    this.#recorder = this.#trace.record();
  }

  /** What is different from the call before. */
  next(): FeedMessage {
    const at = Date.now();
    const { scopes, ...runtime } = this.#runtime.snapshot();
    const threads = this.#runtime.threads();
    const change = this.#tree.change(scopes);
    this.#facts = { ...runtime, threadNames: threads.names };
    const sample = this.#sample(at, runtime.traffic, threads.supported ? threads.count : -1);
    this.#samples.push(sample);
    if (this.#samples.length > MOST_SAMPLES) this.#samples.shift();
    const told = this.#told;
    this.#told = this.#trace.count;
    return { ...this.#head(at, false), ...change, samples: [sample], ...this.#happened(told) };
  }

  /** Everything, as it was at the latest `next()`. */
  whole(): FeedMessage {
    if (!this.#facts) this.next();
    const head = this.#head(Date.now(), true);
    return { ...head, ...this.#tree.whole(), samples: this.#samples, ...this.#happened(0) };
  }

  /** Nobody looks for a while: what comes next is no rate over that time. */
  pause(): void {
    this.#lastTraffic = undefined;
  }

  [Symbol.dispose](): void {
    this.#recorder[Symbol.dispose]();
  }

  /** After event number `after`, up to the one told last. */
  #happened(after: number): Pick<FeedMessage, 'events' | 'warnings' | 'teardowns'> {
    const isFresh = ({ n }: { readonly n: number }) => n > after && n <= this.#told;
    return {
      events: this.#trace.eventsAfter(after).filter(isFresh),
      warnings: this.#trace.warnings.filter(isFresh),
      teardowns: this.#trace.teardowns.filter(isFresh),
    };
  }

  #head(at: number, full: boolean) {
    const traced = process.env.SCOPED_RTC_TRACE === '1';
    const runtime = this.#facts as RuntimeFacts;
    return { full, at, pid: process.pid, traced, folder: process.cwd(), editor: this.#editor, runtime };
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
}
