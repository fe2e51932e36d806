/**
 * Runs files of the sample suite in a vitest of their own and prints a line for each test.
 *
 *     node --import tsx test/testing/sample/run.ts scope-left moved
 *
 * Samples whose name begins with `watched` are run with the setup file of the package, in a project of their own.
 */
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestCase, TestModule } from 'vitest/node';
import { startVitest } from 'vitest/node';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const names = process.argv.slice(2);

const print = (line: object) => console.log(JSON.stringify(line));
const isWatched = (name: string) => name.startsWith('watched');
const sampleOf = (module: TestModule) => basename(module.moduleId, '.sample.ts');

const reporter = {
  onTestCaseResult(test: TestCase) {
    const { state, errors } = test.result();
    const sample = sampleOf(test.module);
    print({ sample, test: test.name, state, errors: (errors ?? []).map(reported) });
  },
  onTestModuleEnd(module: TestModule) {
    print({ sample: sampleOf(module), ok: module.ok(), errors: module.errors().map(reported) });
  },
};

/** As vitest prints it above its excerpt of the code. */
function reported({ name, message }: { name?: string | undefined; message: string }): string {
  return `${name}: ${message}`;
}

const resolve = {
  alias: {
    'scoped-rtc/testing': `${root}src/testing/index.ts`,
    'scoped-rtc/vitest/setup': `${root}src/testing/vitest/setup.ts`,
    'scoped-rtc/vitest': `${root}src/testing/vitest/index.ts`,
    'scoped-rtc': `${root}src/index.ts`,
  },
};

function project(name: string, chosen: readonly string[], setupFiles: string[]) {
  const include = chosen.map((sample) => `test/testing/sample/${sample}.sample.ts`);
  return { resolve, test: { name, root, include, setupFiles, pool: 'forks', maxWorkers: 1 } } as const;
}

const vitest = await startVitest('test', [], {
  ...{ root, config: false, watch: false, pool: 'forks', maxWorkers: 1 },
  reporters: [reporter],
  projects: [
    project(
      'plain',
      names.filter((name) => !isWatched(name)),
      [],
    ),
    project(
      'watched',
      names.filter((name) => isWatched(name)),
      [`${root}src/testing/vitest/setup.ts`],
    ),
  ].filter(({ test }) => test.include.length > 0),
});
await vitest.close();
