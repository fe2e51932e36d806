import { afterAll } from 'vitest';

// A unit test runs without the library. The product may catch what the loading throws, so the file fails once more.

const { dlopen } = process;
let loaded = false;

process.dlopen = (...args: Parameters<typeof dlopen>) => {
  const [, file] = args;
  if (/node[_-]datachannel/.test(file)) {
    loaded = true;
    throw refused();
  }
  return dlopen.apply(process, args);
};

afterAll(() => {
  if (loaded) throw refused();
});

function refused(): Error {
  return new Error(
    'a unit test loads node-datachannel. Use the binding in memory (installFakeBinding), ' +
      'or name the file *.test.ts, without ".unit".',
  );
}
