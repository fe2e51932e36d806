import { RtcRuntime, type RtcWarning } from 'scoped-rtc';
import { createFakeBinding } from 'scoped-rtc/testing';
import { expect, it } from 'vitest';

it('what fails in a scope that its signal ended is a warning, and thrown where its block is left', async () => {
  const runtime = new RtcRuntime({ native: createFakeBinding() });
  const warnings: RtcWarning[] = [];
  runtime.on('warning', (warning) => warnings.push(warning));
  const rtc = runtime.scope('app');
  const controller = new AbortController();
  const job = rtc.fork('job', { signal: controller.signal });
  const boom = new Error('boom');
  job.defer(() => {
    throw boom;
  });
  controller.abort();
  await expect(job.disposeAsync()).rejects.toBe(boom);
  expect(warnings).toEqual([
    expect.objectContaining({ code: 'RTC_CLOSE_FAILED', path: 'app/job', cause: boom }),
  ]);
  await rtc.disposeAsync();
});

it('run() throws an error once that the body got from disposeAsync()', async () => {
  const runtime = new RtcRuntime({ native: createFakeBinding() });
  const boom = new Error('boom');
  const ran = runtime.scope('app').run(async (scope) => {
    scope.defer(() => {
      throw boom;
    });
    await scope.disposeAsync();
  });
  await expect(ran).rejects.toBe(boom);
});

it('one signal for many scopes has one listener of shutdown()', async () => {
  const runtime = new RtcRuntime({ native: createFakeBinding() });
  for (let n = 0; n < 20; n++) runtime.scope(`app-${n}`).createPeerConnection('alice');
  const warned: Error[] = [];
  const onWarning = (warning: Error) => warned.push(warning);
  process.on('warning', onWarning);
  await runtime.shutdown({ signal: new AbortController().signal });
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', onWarning);
  expect(warned.filter(({ name }) => name === 'MaxListenersExceededWarning')).toEqual([]);
});

it('keeps the order of creation when members are moved', async () => {
  const runtime = new RtcRuntime({ native: createFakeBinding() });
  const rtc = runtime.scope('app');
  const ended: string[] = [];
  const forks = ['one', 'two', 'three'].map((name) => {
    const fork = rtc.fork(name, { inTurn: true });
    fork.defer(() => void ended.push(name));
    return fork;
  });
  forks[0]?.move();
  forks[1]?.move();
  expect(runtime.snapshot().scopes[0]?.children.map(({ path }) => path)).toEqual([
    'app/one',
    'app/two',
    'app/three',
  ]);
  await rtc.disposeAsync();
  expect(ended).toEqual(['three', 'two', 'one']);
});
