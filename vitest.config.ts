import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LongestFirst } from './test/support/longest-first.js';
import { NoSkippedTests } from './test/support/skipped.js';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';

/** What the tests of a project may need, and what they are given. CONTRIBUTING.md tells which is whose. */
interface Project {
  /** What the name of a file ends with; the longest that fits decides. */
  readonly suffix: string;
  /** Run before each file: refuse what belongs to another project. */
  readonly guards: readonly ('addon' | 'programs' | 'leftovers')[];
  /** Milliseconds for a test or a hook. */
  readonly limit: number;
  /** A process for each worker, not for each file: a third of the time of short files is the start of their process. */
  readonly shared?: boolean;
  /** Run once before the first file. */
  readonly globalSetup?: readonly string[];
}

const PROJECTS: Readonly<Record<string, Project>> = {
  unit: { suffix: '.unit.test.ts', guards: ['addon', 'programs'], limit: 10_000, shared: true },
  library: {
    suffix: '.test.ts',
    guards: ['programs', 'leftovers'],
    limit: 60_000,
    shared: true,
  },
  programs: {
    suffix: '.programs.test.ts',
    guards: [],
    limit: 120_000,
    globalSetup: ['test/support/bundled-programs.ts', 'test/package/packed.ts'],
  },
  services: {
    suffix: '.services.test.ts',
    guards: [],
    limit: 120_000,
    globalSetup: [
      ...['test/support/services.ts', 'test/interop/libraries.ts'],
      ...['test/support/bundled-programs.ts', 'test/package/packed.ts'],
    ],
  },
};

/** For two processors: what waits for a timer or a peer leaves one to the others. */
const WORKERS = 4;

const TESTS = fileURLToPath(new URL('./test', import.meta.url));
/** A test by its name, in the words of any runner; `examples/testing` holds tests for other runners. */
const LOOKS_LIKE_A_TEST = /[._-](?:test|spec)s?\.[cm]?[jt]sx?$/;
const NAME = /^[a-z0-9-]+(?:\.(?<project>[^.]+))?\.test\.ts$/;

/** The tests of each project. Throws when one is of none: it would never run. */
function filesByProject(): ReadonlyMap<string, readonly string[]> {
  const files = new Map<string, string[]>(Object.keys(PROJECTS).map((name) => [name, []]));
  for (const entry of readdirSync(TESTS, { recursive: true, encoding: 'utf8' })) {
    const file = `test/${entry.replaceAll('\\', '/')}`;
    if (!LOOKS_LIKE_A_TEST.test(file)) continue;
    const parts = NAME.exec(file.slice(file.lastIndexOf('/') + 1));
    const own = parts && files.get(parts.groups?.project ?? 'library');
    if (!own)
      throw new Error(`${file} is in no project. A test ends with ${suffixes()}; see CONTRIBUTING.md.`);
    own.push(file);
  }
  return files;
}

function suffixes(): string {
  return Object.values(PROJECTS)
    .map(({ suffix }) => suffix)
    .join(', ');
}

const files = filesByProject();

const projects = Object.entries(PROJECTS).map(
  ([name, { guards, limit, shared, globalSetup }]): TestProjectConfiguration => ({
    extends: true,
    test: {
      name,
      include: [...(files.get(name) ?? [])],
      setupFiles: guards.map((guard) => `test/support/guards/${guard}.ts`),
      testTimeout: limit,
      hookTimeout: limit,
      ...(globalSetup === undefined ? {} : { globalSetup: [...globalSetup] }),
      isolate: shared !== true,
      maxWorkers: WORKERS,
    },
  }),
);

export default defineConfig({
  resolve: {
    alias: {
      'scoped-rtc/compat/polyfill': new URL('./src/compat/polyfill.ts', import.meta.url).pathname,
      'scoped-rtc/compat': new URL('./src/compat/index.ts', import.meta.url).pathname,
      'scoped-rtc/register': new URL('./src/compat/register.ts', import.meta.url).pathname,
      'scoped-rtc/w3c': new URL('./src/compat/w3c/index.ts', import.meta.url).pathname,
      'scoped-rtc/browser': new URL('./src/browser/index.ts', import.meta.url).pathname,
      'scoped-rtc/inspector': new URL('./src/inspector/index.ts', import.meta.url).pathname,
      'scoped-rtc/opentelemetry': new URL('./src/telemetry/index.ts', import.meta.url).pathname,
      'scoped-rtc/signaling-server': new URL('./src/signaling/server/index.ts', import.meta.url).pathname,
      'scoped-rtc/testing': new URL('./src/testing/index.ts', import.meta.url).pathname,
      'scoped-rtc/vitest/setup': new URL('./src/testing/vitest/setup.ts', import.meta.url).pathname,
      'scoped-rtc/vitest': new URL('./src/testing/vitest/index.ts', import.meta.url).pathname,
      'scoped-rtc': new URL('./src/index.ts', import.meta.url).pathname,
    },
  },
  test: {
    // The addon aborts the process when a second thread loads it (H8), so a worker is a process.
    pool: 'forks',
    reporters: ['default', ...(process.env.CI ? [new NoSkippedTests()] : [])],
    sequence: { sequencer: LongestFirst },
    projects,
  },
});
