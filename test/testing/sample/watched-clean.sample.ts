import { RtcRuntime } from 'scoped-rtc';
import { afterEach, beforeEach, describe, onTestFinished, test } from 'vitest';

const withApp = test.extend<{ app: AsyncDisposable }>({
  // oxlint-disable-next-line no-empty-pattern -- vitest reads the names of the fixtures that are needed from here
  app: async ({}, use) => {
    const app = RtcRuntime.acquire('app');
    app.createPeerConnection('alice');
    await use(app);
    await app.disposeAsync();
  },
});

withApp('ends its scope in a fixture', ({ app: _app }) => {});

test('ends its scope when it has finished', () => {
  const app = RtcRuntime.acquire('app');
  onTestFinished(() => app.disposeAsync());
});

describe('a hook that returns a function', () => {
  beforeEach(() => {
    const app = RtcRuntime.acquire('app');
    return () => app.disposeAsync();
  });

  test('ends its scope in that function', () => {});
});

describe('two hooks', () => {
  let app: AsyncDisposable;
  beforeEach(() => {
    app = RtcRuntime.acquire('app');
  });
  afterEach(() => app[Symbol.asyncDispose]());

  test('ends its scope in the second', () => {});
});
