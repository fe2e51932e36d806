/**
 * Runs one file of the sample suite in a vitest of its own and prints a line for each test.
 *
 *     node --import tsx test/testing/sample/run.ts scope-left
 */
import { fileURLToPath } from 'node:url';
import type { TestCase, TestModule } from 'vitest/node';
import { startVitest } from 'vitest/node';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const [name] = process.argv.slice(2);

const print = (line: object) => console.log(JSON.stringify(line));

const reporter = {
  onTestCaseResult(test: TestCase) {
    const { state, errors } = test.result();
    print({
      test: test.name,
      state,
      errors: (errors ?? []).map((error) => `${error.name}: ${error.message}`),
    });
  },
  onTestModuleEnd(module: TestModule) {
    print({ module: name, ok: module.ok(), errors: module.errors().map((error) => error.message) });
  },
};

const vitest = await startVitest(
  'test',
  [],
  {
    root,
    config: false,
    watch: false,
    include: [`test/testing/sample/${name}.sample.ts`],
    pool: 'forks',
    maxWorkers: 1,
    reporters: [reporter],
  },
  {
    resolve: {
      alias: {
        'scoped-rtc/testing': `${root}src/testing/index.ts`,
        'scoped-rtc/vitest': `${root}src/testing/vitest/index.ts`,
        'scoped-rtc': `${root}src/index.ts`,
      },
    },
  },
);
await vitest.close();
