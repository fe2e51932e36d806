import fc from 'fast-check';
import { RtcRuntime, type RtcWarning } from 'scoped-rtc';
import { createFakeBinding, type FakeBinding, type FaultTarget } from 'scoped-rtc/testing';
import { expect } from 'vitest';
import { ManualClock, passTimeUntil, turns } from '../support/manual-clock.js';
import { type Action, type ActionHost, actions, perform } from './actions.js';
import { expectEachMemberOnce, expectErrorsReported, expectOrder } from './invariants.js';
import { TreeModel } from './tree-model.js';

/** Milliseconds of the manual clock that a teardown may take. */
const TIMEOUT_MS = 2000;

const ENDINGS = ['dispose', 'concurrent', 'body', 'signal', 'shutdown', 'one by one', 'foreign'] as const;
const FAULTS = [
  'none',
  'neverAcknowledgeClose',
  'throwsOnce',
  'throwsAlways',
  'fireAfterClose',
  'peerCloses',
] as const;

export interface Scenario {
  readonly roots: number;
  readonly actions: readonly Action[];
  readonly fault: (typeof FAULTS)[number];
  /** The fault hits natives whose id modulo 3 is this. */
  readonly hits: number;
  readonly failToConnect: boolean;
  readonly iceFailed: boolean;
  readonly ending: (typeof ENDINGS)[number];
  /** Event-loop turns between the last action and the end. */
  readonly rest: number;
}

export const scenario: fc.Arbitrary<Scenario> = fc.record({
  roots: fc.integer({ min: 1, max: 2 }),
  actions: actions(),
  fault: fc.constantFrom(...FAULTS),
  hits: fc.nat({ max: 2 }),
  failToConnect: fc.boolean(),
  iceFailed: fc.boolean(),
  ending: fc.constantFrom(...ENDINGS),
  rest: fc.nat({ max: 20 }),
});

/** Builds the tree, ends it and checks everything that must hold whatever happened. */
export async function play(scene: Scenario): Promise<void> {
  const exitListeners = process.listenerCount('exit');
  const clock = new ManualClock();
  const native = createFakeBinding();
  const runtime = new RtcRuntime({ native, clock, teardownTimeout: TIMEOUT_MS });
  const warnings: RtcWarning[] = [];
  runtime.on('warning', (warning) => warnings.push(warning));
  using model = new TreeModel(runtime);
  injectFaults(native, scene);
  const abort = new AbortController();
  const roots = Array.from({ length: scene.roots }, (_, n) =>
    model.addScope(runtime.scope(`root${n}`, scene.ending === 'signal' ? { signal: abort.signal } : {})),
  );
  const controllers: AbortController[] = [];
  let port = 20_000;
  const host: ActionHost = {
    model,
    controllers,
    nextPort: () => port++,
    async settle(count) {
      await turns(count);
      clock.advance(count);
    },
  };
  for (const action of scene.actions) await perform(action, host);
  await turns(scene.rest);

  const started = clock.now();
  controllers[0]?.abort();
  const ends = end(scene.ending, { native, runtime, roots, abort, clock });
  await clock.runUntil(Promise.allSettled(await ends), { limit: 10 * TIMEOUT_MS });
  for (const root of roots) model.ends.push(root.disposeAsync());
  await passTimeUntil(Promise.allSettled(model.ends), clock, 10 * TIMEOUT_MS);
  const rounds = scene.ending === 'one by one' ? scene.roots : 1;
  expect(clock.now() - started).toBeLessThanOrEqual(rounds * TIMEOUT_MS + 100);

  // Callbacks that come late must find nobody.
  await turns();
  expectEachMemberOnce(model);
  expectOrder(model);
  await expectErrorsReported(model, await ends);
  expectCleanupOnce(scene, native, runtime, model);
  expectNothingLeft(runtime, clock, exitListeners);
  expectWarningsWithCause(scene, warnings);
}

interface Ending {
  readonly native: FakeBinding;
  readonly runtime: RtcRuntime;
  readonly roots: readonly ReturnType<RtcRuntime['scope']>[];
  readonly abort: AbortController;
  readonly clock: ManualClock;
}

/** Starts the end and returns what waits for it. */
async function end(how: Scenario['ending'], ending: Ending): Promise<Promise<unknown>[]> {
  const { native, runtime, roots, abort, clock } = ending;
  switch (how) {
    case 'concurrent':
      return roots
        .flatMap((root) => [root.disposeAsync(), root.disposeAsync(), runtime.shutdown()])
        .map(quiet);
    case 'body':
      return roots.map((root) => quiet(root.run(() => Promise.reject(new Error('body')))));
    case 'signal':
      abort.abort();
      return roots.map((root) => quiet(root.disposeAsync()));
    case 'shutdown':
      return [quiet(runtime.shutdown())];
    case 'one by one': {
      const ends = [];
      for (const root of roots) {
        const disposal = quiet(root.disposeAsync());
        ends.push(disposal);
        await passTimeUntil(Promise.allSettled([disposal]), clock);
      }
      return ends;
    }
    case 'foreign':
      native.foreignCleanup();
      return roots.map((root) => quiet(root.disposeAsync()));
    case 'dispose':
      return roots.map((root) => quiet(root.disposeAsync()));
  }
}

function quiet<T>(work: Promise<T>): Promise<T> {
  work.catch(() => {});
  return work;
}

function injectFaults(native: FakeBinding, { fault, hits, failToConnect, iceFailed }: Scenario): void {
  const { faults } = native;
  const hit = (target: FaultTarget) => target.id % 3 === hits;
  const thrown = new Set<string>();
  if (failToConnect) faults.failToConnect = (target) => target.id % 5 === 0;
  if (iceFailed) faults.iceFailed = (target) => target.id % 4 === 0;
  if (fault === 'neverAcknowledgeClose') faults.neverAcknowledgeClose = hit;
  else if (fault === 'fireAfterClose') faults.fireAfterClose = hit;
  else if (fault === 'throwsAlways') faults.throwInClose = hit;
  else if (fault === 'peerCloses') faults.closeDuring = (call) => call.method === 'close' && hit(call);
  else if (fault === 'throwsOnce') {
    faults.throwInClose = (call) => {
      const name = `${call.kind} ${call.id}`;
      if (!hit(call) || thrown.has(name)) return false;
      thrown.add(name);
      return true;
    };
  }
}

/** Once, after everything was given back; what always throws when it is closed cannot be. */
function expectCleanupOnce(
  scene: Scenario,
  native: FakeBinding,
  runtime: RtcRuntime,
  model: TreeModel,
): void {
  const { created } = native;
  const used = Object.values(created).some((count) => count > 0);
  const generations = runtime.generation;
  expect(generations).toBe(1);
  expect(runtime.cleanups).toBe(used ? 1 : 0);
  expect(native.cleanups).toBe(runtime.cleanups + (scene.ending === 'foreign' ? 1 : 0));
  const steps = model.reports.flatMap(({ report }) => report.filter(({ kind }) => kind === 'cleanup'));
  expect(steps.map(({ outcome }) => outcome)).toEqual(used ? ['closed'] : []);
  expect(native.aborts).toEqual([]);
  // Other code's cleanup leaves no time for a second attempt.
  const unclosable =
    scene.fault === 'throwsAlways' || (scene.fault === 'throwsOnce' && scene.ending === 'foreign');
  const stubborn = (id: number) => unclosable && id % 3 === scene.hits;
  expect(native.violations.filter(({ id }) => !stubborn(id))).toEqual([]);
  expect(native.live.filter(({ id }) => !stubborn(id))).toEqual([]);
}

function expectNothingLeft(runtime: RtcRuntime, clock: ManualClock, exitListeners: number): void {
  expect(runtime.state).toBe('idle');
  expect(runtime.snapshot()).toMatchObject({ natives: { held: 0, retained: 0 }, scopes: [] });
  expect(process.listenerCount('exit')).toBe(exitListeners);
  expect(clock.pending).toBe(0);
}

/** Nobody is warned of what did not happen. */
function expectWarningsWithCause(scene: Scenario, warnings: readonly RtcWarning[]): void {
  // Any two may depend on each other, whatever order there is already.
  const caused = new Set<string>(['RTC_UNDELIVERED', 'RTC_DEPENDENCY_CYCLE']);
  if (scene.ending === 'foreign') caused.add('RTC_FOREIGN_CLEANUP');
  if (scene.fault === 'throwsOnce' || scene.fault === 'throwsAlways') {
    caused.add('RTC_CLOSE_FAILED').add('RTC_CLEANUP_WITH_OPEN');
  }
  // A scope that its signal ended, and in which a disposer of the user's threw: its `disposeAsync()` has no caller.
  const ofSignal = ({ code, path = '' }: RtcWarning) =>
    code === 'RTC_CLOSE_FAILED' &&
    (scene.ending === 'signal' || path.split('/').at(-1)?.startsWith('signal') === true);
  expect(warnings.filter((warning) => !caused.has(warning.code) && !ofSignal(warning))).toEqual([]);
}
