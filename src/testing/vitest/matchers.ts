import { oneOf, readOptions, arrayOf, nonEmptyString } from '../../arguments/argument.js';
import { type AnyHandle, type CloseInfo, Handle } from '../../resources/handle.js';
import { checkTimeout } from '../../time/deadline.js';
import type { TeardownCause } from '../../scope/node-behaviour.js';
import { TREE_NODE } from '../../scope/node.js';
import { realTime } from '../real-time.js';
import { membersOf, type NodeSnapshot, snapshotOf } from '../../diagnostics/snapshot.js';
import { Scope } from '../../scope/scope.js';
import { isRuntime } from '../kit-arguments.js';
import { treeLines } from '../leaks/leak.js';
import { validateMessage, type Sendable } from '../../native/validate/message.js';
import { MessageChannel } from '../../resources/channel/message-channel.js';
import type { TeardownReport, TeardownStep } from '../../scope/teardown-report.js';
import { teardownOf } from '../teardown-records.js';

/** What vitest gives a matcher as `this`, as far as we ask. */
export interface MatcherContext {
  readonly isNot?: boolean;
  readonly equals: (a: unknown, b: unknown) => boolean;
}

export interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
  readonly actual?: unknown;
  readonly expected?: unknown;
}

/** Milliseconds that a matcher waits for what has to happen; below vitest's limit of 5000 ms for a test. */
export const MATCHER_WAIT_MS = 2000;

export interface ToBeClosedOptions {
  /** Who ended it; see `CloseInfo.by`. Default: whoever. */
  readonly by?: TeardownCause;
  /** Milliseconds to wait for it. Default 2000; with `.not` it does not wait. */
  readonly timeout?: number;
}

export async function toBeClosed(
  this: MatcherContext,
  received: unknown,
  options: ToBeClosedOptions = {},
): Promise<MatcherResult> {
  if (!(received instanceof Handle)) {
    throw new TypeError('toBeClosed() is for a handle: await expect(channel).toBeClosed({ by: "remote" })');
  }
  const handle = received as AnyHandle;
  const { by, timeout = MATCHER_WAIT_MS } = readOptions<ToBeClosedOptions>(options, 'options', {
    by: oneOf('local', 'remote', 'owner', 'error'),
    timeout: checkTimeout,
  });
  const info = await endOf(handle, this.isNot ? 0 : timeout);
  const wanted = by === undefined ? 'closed' : `closed by ${by}`;
  if (!info) {
    return {
      pass: false,
      message: () => `expected ${handle.path} to be ${wanted}; after ${timeout} ms it is ${handle.state}`,
    };
  }
  const reason = info.reason === undefined ? '' : ` (${String(info.reason)})`;
  const pass = by === undefined || info.by === by;
  return {
    pass,
    message: () =>
      pass
        ? `expected ${handle.path} not to be ${wanted}; it was${reason}`
        : `expected ${handle.path} to be ${wanted}; it was closed by ${info.by}${reason}`,
    ...(by === undefined ? {} : { actual: info.by, expected: by }),
  };
}

async function endOf(handle: AnyHandle, timeout: number): Promise<CloseInfo | undefined> {
  if (timeout === 0 && handle.state !== 'closed') return undefined;
  // The handle's own bound goes by the clock of its runtime, which may stand still.
  return realTime.within(handle.closed({ timeout: Number.POSITIVE_INFINITY }), timeout);
}

/** What in the tree is no handle. */
const PLAIN = new Set(['scope', 'entry', 'beforeEnd', 'cleanup']);

export function toHaveNoLiveHandles(this: MatcherContext, received: unknown): MatcherResult {
  const roots = treesOf(received);
  const live = [...membersOf(roots)].map(({ node }) => node).filter(({ kind }) => !PLAIN.has(kind));
  return {
    pass: live.length === 0,
    message: () => {
      if (live.length === 0) return 'expected an open handle, and there is none';
      const count = live.length === 1 ? '1 handle is' : `${live.length} handles are`;
      return [
        `expected no open handles, and ${count} open: ${live.map((handle) => handle.path).join(', ')}`,
        ...roots.flatMap((root) => treeLines(root)),
        '  Close each with `await handle.close()`, or end the scope that owns it.',
      ].join('\n');
    },
  };
}

function treesOf(received: unknown): readonly NodeSnapshot[] {
  if (isRuntime(received)) return received.snapshot().scopes;
  if (received instanceof Scope)
    return received.disposed && ended(received) ? [] : [snapshotOf(received[TREE_NODE])];
  throw new TypeError('toHaveNoLiveHandles() is for a scope or a runtime: expect(rtc).toHaveNoLiveHandles()');
}

function ended(scope: Scope): boolean {
  return scope[TREE_NODE].ending.done;
}

/** A message, or an asymmetric matcher such as `expect.stringContaining('hello')`. */
export type ExpectedMessage = Sendable | { asymmetricMatch(other: unknown): boolean };

const POLL_MS = 2;

export async function toHaveReceived(
  this: MatcherContext,
  received: unknown,
  ...messages: ExpectedMessage[]
): Promise<MatcherResult> {
  if (!(received instanceof MessageChannel)) {
    throw new TypeError("toHaveReceived() is for a channel: await expect(channel).toHaveReceived('hello')");
  }
  const channel: MessageChannel = received;
  const expected = messages.map(comparable);
  const iterator = channel[Symbol.asyncIterator]();
  try {
    // Looked at, not taken: what does not match stays for whoever reads next.
    const end = realTime.now() + (this.isNot ? 0 : MATCHER_WAIT_MS);
    while (iterator.buffered < expected.length && channel.state !== 'closed' && realTime.now() < end) {
      await realTime.sleep(POLL_MS);
    }
    const waiting = iterator.buffer.drain();
    for (const message of waiting) iterator.buffer.push(message);
    const actual = waiting.slice(0, expected.length);
    const pass = actual.length === expected.length && this.equals(actual, expected);
    if (pass && !this.isNot) for (const _ of expected) await iterator.next();
    return {
      pass,
      message: () =>
        pass
          ? `expected ${channel.path} not to have received ${shown(expected)}`
          : `expected ${channel.path} to have received ${shown(expected)}; it has ${shown(actual)}`,
      actual,
      expected,
    };
  } finally {
    await iterator.return();
  }
}

/** Binary messages arrive as buffers. */
function comparable(message: ExpectedMessage, index: number): unknown {
  if (typeof message === 'object' && message !== null && 'asymmetricMatch' in message) return message;
  const { data } = validateMessage(message, `messages[${index}]`);
  return typeof data === 'string' ? data : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

function shown(messages: readonly unknown[]): string {
  if (messages.length === 0) return 'nothing';
  return messages
    .map((message) => {
      if (typeof message === 'string') return JSON.stringify(message);
      return Buffer.isBuffer(message) ? `<${message.byteLength} bytes>` : String(message);
    })
    .join(', ');
}

export async function toHaveTornDown(
  this: MatcherContext,
  received: unknown,
  expected: readonly string[],
): Promise<MatcherResult> {
  const paths = arrayOf(nonEmptyString)(expected, 'paths');
  const { path, ended, report } = await teardownIn(received);
  const what = path ?? 'the report';
  if (!ended) {
    const message = () => `expected ${what} to have been torn down, and it is open: end it before you ask`;
    return { pass: false, message };
  }
  if (!report) {
    // Whatever was expected: nothing is known of the order.
    const message = () =>
      `expected ${what} to have been torn down, and it has ended without a teardown that was recorded`;
    return { pass: this.isNot === true, message };
  }
  const owned = path === undefined ? report : report.filter((step) => step.path.startsWith(`${path}/`));
  const steps = owned.filter((step) => step.kind !== 'cleanup');
  const actual = steps.map((step) => relative(step.path, path));
  const wanted = paths.map((name) => relative(name, path));
  return {
    pass: this.equals(actual, wanted),
    message: () => {
      const order = steps.map((step) => `    ${relative(step.path, path)}  ${described(step)}`);
      return [
        `expected ${what} ${this.isNot ? 'not ' : ''}to have torn down ${wanted.join(', ') || 'nothing'}`,
        order.length > 0 ? '  it tore down, in this order:' : '  it tore down nothing',
        ...order,
      ].join('\n');
    },
    actual,
    expected: wanted,
  };
}

interface FoundTeardown {
  readonly path?: string;
  readonly ended: boolean;
  readonly report: TeardownReport | undefined;
}

async function teardownIn(received: unknown): Promise<FoundTeardown> {
  if (Array.isArray(received)) return { ended: received.length > 0, report: received as TeardownReport };
  if (received instanceof Scope) {
    // A teardown that goes on is waited for; whoever started it gets its error.
    if (received.disposed) await received.disposeAsync().catch(() => {});
    return { path: received.path, ended: received.disposed, report: teardownOf(received) };
  }
  if (received instanceof Handle) {
    if (received.state === 'closing') {
      await realTime.within(received.closed({ timeout: Number.POSITIVE_INFINITY }), MATCHER_WAIT_MS);
    }
    return { path: received.path, ended: received.state === 'closed', report: teardownOf(received) };
  }
  throw new TypeError('toHaveTornDown() is for a scope, a handle or a teardown report');
}

function relative(path: string, owner: string | undefined): string {
  return owner !== undefined && path.startsWith(`${owner}/`) ? path.slice(owner.length + 1) : path;
}

function described({ kind, outcome, ms }: TeardownStep): string {
  return `${kind}  ${outcome} after ${Math.round(ms)} ms`;
}

/** For `expect.extend(rtcMatchers)` where `expect` is not vitest's global one. */
export const rtcMatchers = { toBeClosed, toHaveNoLiveHandles, toHaveReceived, toHaveTornDown };

/** The matchers, as `expect()` has them. */
export interface RtcMatchers {
  /** A scope or a runtime owns no open handle. */
  toHaveNoLiveHandles(): void;
  /** A handle has closed, or closes within the timeout. */
  toBeClosed(options?: ToBeClosedOptions): Promise<void>;
  /**
   * A scope or handle has been torn down, and with it what `paths` names, in this order and nothing else. Paths are
   * relative to it, or whole. Also for a teardown report.
   */
  toHaveTornDown(paths: readonly string[]): Promise<void>;
  /**
   * The next messages of a channel, which are taken then; waits for them up to 2000 ms. Sees what no listener and no
   * iterator has taken. Takes nothing when they do not match.
   */
  toHaveReceived(...messages: ExpectedMessage[]): Promise<void>;
}

declare module 'vitest' {
  // oxlint-disable-next-line typescript/no-explicit-any -- the declaration that is merged with has this parameter
  interface Matchers<T = any> extends RtcMatchers {}
}
