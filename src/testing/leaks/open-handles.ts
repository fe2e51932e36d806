import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { placeOf } from '../../diagnostics/creation-place.js';
import { RUNTIME_TRACE } from '../../diagnostics/trace.js';

/** A handle that was made while tests were watched. */
export interface OpenHandle<Test> {
  readonly path: string;
  readonly kind: string;
  /** The trace of its runtime, which tells runtimes apart. */
  readonly trace: unknown;
  /** Tests that ran when it was made. */
  readonly during: ReadonlySet<Test>;
  /** `file:line:column`, when the caller's code was on the stack. */
  readonly place: string | undefined;
}

interface Recorded<Test> extends Omit<OpenHandle<Test>, 'place'> {
  readonly made: Error;
}

/**
 * Handles of every runtime in the process that are open, by what the package publishes. Unlike a runtime's own
 * snapshot it also sees runtimes that the tests were not given, and where each handle was made.
 */
export class OpenHandles<Test> {
  readonly #running: ReadonlySet<Test>;
  readonly #open = new Map<string, Recorded<Test>[]>();
  #listening = false;

  constructor(running: ReadonlySet<Test>) {
    this.#running = running;
  }

  start(): void {
    if (this.#listening) return;
    this.#listening = true;
    subscribe(CREATED, this.#onCreated);
    subscribe(CLOSED, this.#onClosed);
  }

  stop(): void {
    this.#listening = false;
    unsubscribe(CREATED, this.#onCreated);
    unsubscribe(CLOSED, this.#onClosed);
    this.#open.clear();
  }

  /** In the order in which they were made. */
  madeDuring(test: Test): OpenHandle<Test>[] {
    return [...this.#open.values()]
      .flat()
      .filter((handle) => handle.during.has(test))
      .map(({ made, ...handle }) => ({ ...handle, place: placeOf(made.stack) }));
  }

  /** Where the handle at `path` was made. */
  placeOf(path: string): string | undefined {
    return placeOf(this.#open.get(path)?.at(-1)?.made.stack);
  }

  readonly #onCreated = (message: unknown): void => {
    const { path, kind, [RUNTIME_TRACE]: trace } = message as HandleMessage & { kind: string };
    const depth = Error.stackTraceLimit;
    // The package's own frames come first: a factory that calls a factory needs more than the usual ten.
    Error.stackTraceLimit = STACK_FRAMES;
    const made = new Error('made');
    Error.stackTraceLimit = depth;
    const handle = { path, kind, trace, during: new Set(this.#running), made };
    const others = this.#open.get(path);
    if (others) others.push(handle);
    else this.#open.set(path, [handle]);
  };

  readonly #onClosed = (message: unknown): void => {
    const { path, [RUNTIME_TRACE]: trace } = message as HandleMessage;
    const handles = this.#open.get(path);
    // Paths are unique within one runtime.
    const at = handles?.findIndex((handle) => handle.trace === trace) ?? -1;
    if (at >= 0) handles?.splice(at, 1);
    if (handles?.length === 0) this.#open.delete(path);
  };
}

interface HandleMessage {
  readonly path: string;
  readonly [RUNTIME_TRACE]?: unknown;
}

const CREATED = 'scoped-rtc:handle:create';
const CLOSED = 'scoped-rtc:handle:close';
const STACK_FRAMES = 30;
