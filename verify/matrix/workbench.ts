import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MODULES = join(ROOT, 'node_modules');

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Names of what failed. */
  readonly failures: readonly string[];
}

/** A copy of the tree in which some packages are others. */
export class Workbench implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'scoped-rtc-'));

  /** `others`: folders of packages, by name. */
  static async make(others: Readonly<Record<string, string>> = {}): Promise<Workbench> {
    const bench = new Workbench();
    const { stdout } = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: ROOT,
    });
    for (const file of stdout.split('\0').filter((name) => name !== '' && existsSync(join(ROOT, name)))) {
      const target = join(bench.#folder, file);
      mkdirSync(dirname(target), { recursive: true });
      cpSync(join(ROOT, file), target);
    }
    const modules = join(bench.#folder, 'node_modules');
    mkdirSync(modules);
    for (const name of readdirSync(MODULES)) {
      // A package finds its own dependencies beside its real path.
      symlinkSync(others[name] ?? join(MODULES, name), join(modules, name));
    }
    return bench;
  }

  /** Runs the tests in `folders` on the Node at `node`. */
  async test(node: string, folders: readonly string[]): Promise<Counts> {
    const report = join(this.#folder, 'report.json');
    const args = [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--reporter=json',
      `--outputFile=${report}`,
      ...folders,
    ];
    // Not CI's rule that nothing is skipped: services are asked for elsewhere.
    const env = { ...process.env, CI: '' };
    await run(node, args, { cwd: this.#folder, env, timeout: LONGEST_MS, maxBuffer: MOST_OUTPUT }).catch(
      () => {},
    );
    const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report;
    const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
    const broken = testResults.filter(
      ({ status, assertionResults: own }) => status === 'failed' && own.length === 0,
    );
    const having = (status: string) => tests.filter((test) => test.status === status);
    const failures = [...having('failed').map(({ fullName }) => fullName), ...broken.map(({ name }) => name)];
    const passed = having('passed').length;
    return {
      passed,
      failed: failures.length,
      skipped: tests.length - passed - having('failed').length,
      failures,
    };
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/** Milliseconds for the tests of one row. */
const LONGEST_MS = 15 * 60_000;
const MOST_OUTPUT = 64 * 1024 * 1024;
