import { arrayOf, nonEmptyString } from '../../arguments/argument.js';
import { Handle } from '../../resources/handle.js';
import { Scope } from '../../scope/scope.js';
import type { TeardownReport, TeardownStep } from '../../scope/teardown-report.js';
import { teardownOf } from '../teardown-records.js';
import { realTime } from '../real-time.js';
import type { MatcherContext, MatcherResult } from './matcher-context.js';
import { MATCHER_WAIT_MS } from './matcher-wait.js';

export async function toHaveTornDown(
  this: MatcherContext,
  received: unknown,
  expected: readonly string[],
): Promise<MatcherResult> {
  const paths = arrayOf(nonEmptyString)(expected, 'paths');
  const { path, report } = await teardownIn(received);
  const owned = path === undefined ? report : report.filter((step) => step.path.startsWith(`${path}/`));
  const steps = owned.filter((step) => step.kind !== 'cleanup');
  const actual = steps.map((step) => relative(step.path, path));
  const wanted = paths.map((name) => relative(name, path));
  const ended = report.length > 0;
  const what = path ?? 'the report';
  return {
    pass: ended && this.equals(actual, wanted),
    message: () => {
      if (!ended) return `expected ${what} to have been torn down, and it is open: end it before you ask`;
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

async function teardownIn(received: unknown): Promise<{ path?: string; report: TeardownReport }> {
  if (Array.isArray(received)) return { report: received as TeardownReport };
  if (received instanceof Scope) {
    // A teardown that goes on is waited for; whoever started it gets its error.
    if (received.disposed) await received.disposeAsync().catch(() => {});
    return { path: received.path, report: teardownOf(received.path) ?? [] };
  }
  if (received instanceof Handle) {
    if (received.state === 'closing') {
      await realTime.within(received.closed({ timeout: Number.POSITIVE_INFINITY }), MATCHER_WAIT_MS);
    }
    return { path: received.path, report: teardownOf(received.path) ?? [] };
  }
  throw new TypeError('toHaveTornDown() is for a scope, a handle or a teardown report');
}

function relative(path: string, owner: string | undefined): string {
  return owner !== undefined && path.startsWith(`${owner}/`) ? path.slice(owner.length + 1) : path;
}

function described({ kind, outcome, ms }: TeardownStep): string {
  return `${kind}  ${outcome} after ${Math.round(ms)} ms`;
}
