import { createRequire } from 'node:module';
import fc from 'fast-check';
import { RtcRuntime } from 'scoped-rtc';
import { expect, test } from 'vitest';
import { until, within } from '../support/event.js';
import { SEED } from '../support/seed.js';
import { type Action, actions, perform } from './actions.js';
import { expectEachMemberOnce, expectErrorsReported, expectOrder } from './invariants.js';
import { TreeModel } from './tree-model.js';

const RUNS = 25;
/** Far more than a run takes: only a hang reaches it. */
const PATIENCE_MS = 30_000;
const ENDINGS = ['dispose', 'concurrent', 'body', 'shutdown', 'foreign'] as const;

interface Scene {
  readonly actions: readonly Action[];
  readonly ending: (typeof ENDINGS)[number];
}

// Disposers that only a deadline ends are left to the fake, where time costs nothing.
const entries = ['sync', 'async', 'throws', 'rejects', 'closes'] as const;

const scene: fc.Arbitrary<Scene> = fc
  .record({ actions: actions(entries), ending: fc.constantFrom(...ENDINGS) })
  .map(({ actions: list, ending }) => ({
    ending,
    actions: list.filter(
      (action) =>
        // The listener's UDP port may be taken on this machine.
        action.do !== 'mux' &&
        // Other code's cleanup blocks for ten seconds while a client waits to be accepted (H24), and nobody can
        // make it wait for that.
        (action.do !== 'server' || ending !== 'foreign'),
    ),
  }));

const library = createRequire(import.meta.url)('node-datachannel') as { cleanup(): void };

/** One runtime for all runs: each is a generation of its own. */
const runtime = new RtcRuntime();
runtime.on('warning', () => {}); // a foreign cleanup warns, and is meant here

async function play({ actions: list, ending }: Scene): Promise<void> {
  const exitListeners = process.listenerCount('exit');
  const { generation, cleanups } = runtime;
  using model = new TreeModel(runtime);
  const root = model.addScope(runtime.scope('root'));
  for (const action of list) {
    await perform(action, {
      model,
      controllers: [],
      settle: (turns) => new Promise((resolve) => setTimeout(resolve, turns)),
      nextPort: () => 0,
    });
  }
  const used = model.handles.length > 0;
  const ends = end(ending, root);
  await within(Promise.allSettled([...ends]), 'the end of the root', PATIENCE_MS);
  await within(Promise.allSettled([...model.ends]), 'the end of everything', PATIENCE_MS);

  expectEachMemberOnce(model);
  expectOrder(model);
  await expectErrorsReported(model, ends);
  expect(runtime.generation).toBe(generation + 1);
  expect(runtime.state).toBe('idle');
  expect(runtime.cleanups - cleanups).toBe(used ? 1 : 0);
  const steps = model.reports.flatMap(({ report }) => report.filter(({ kind }) => kind === 'cleanup'));
  expect(steps.map(({ outcome }) => outcome)).toEqual(runtime.cleanups > cleanups ? ['closed'] : []);
  expect(runtime.snapshot()).toMatchObject({ natives: { held: 0, retained: 0 }, scopes: [] });
  expect(process.listenerCount('exit')).toBe(exitListeners);
  await until(() => runtime.threads().count === 0, 'the end of the library’s threads');
}

function end(how: Scene['ending'], root: ReturnType<RtcRuntime['scope']>): Promise<unknown>[] {
  switch (how) {
    case 'concurrent':
      return [root.disposeAsync(), root.disposeAsync(), runtime.shutdown()].map(quiet);
    case 'body':
      return [quiet(root.run(() => Promise.reject(new Error('body'))))];
    case 'shutdown':
      return [quiet(runtime.shutdown())];
    case 'foreign':
      library.cleanup();
      return [quiet(root.disposeAsync())];
    case 'dispose':
      return [quiet(root.disposeAsync())];
  }
}

function quiet<T>(work: Promise<T>): Promise<T> {
  work.catch(() => {});
  return work;
}

test('with the real library, too, nothing is left of a random tree and the order holds', async () => {
  // Not made smaller: what one run leaves in the library would spoil the next.
  await fc.assert(fc.asyncProperty(scene, play), { numRuns: RUNS, endOnFailure: true, seed: SEED });
}, 120_000);
