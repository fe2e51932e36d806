import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Consumer } from './consumer.js';

const run = promisify(execFile);
const BUNDLE = fileURLToPath(new URL('bundlers/bundle.mjs', import.meta.url));
const RAN = ['channel: hello', 'w3c: offer', 'functions: function function', 'shut down'];

let consumer: Consumer;
let machine: string;
beforeAll(async () => {
  consumer = await Consumer.make();
  cpSync(new URL('bundlers/app.mjs', import.meta.url), join(consumer.folder, 'bundled.mjs'));
  machine = mkdtempSync(join(tmpdir(), 'deployed-'));
}, 120_000);
afterAll(() => {
  consumer?.[Symbol.dispose]();
  rmSync(machine, { recursive: true, force: true });
});

const bundle = (name: string, folder: string) =>
  consumer.run(process.execPath, BUNDLE, name, 'bundled.mjs', folder);

/** Another machine: the bundle is there, what was left outside of it is installed, and the folder of the build is gone. */
async function runDeployed(folder: string, file: string, installed: readonly string[]): Promise<string[]> {
  const deployed = join(machine, folder);
  cpSync(join(consumer.folder, folder), deployed, { recursive: true });
  mkdirSync(join(deployed, 'node_modules'));
  for (const name of installed) {
    const from = join(consumer.folder, 'node_modules', name);
    cpSync(realpathSync(from), join(deployed, 'node_modules', name), { recursive: true });
  }
  const away = `${consumer.folder}-away`;
  renameSync(consumer.folder, away);
  try {
    const { stdout } = await run(process.execPath, [join(deployed, file)], { cwd: machine, timeout: 60_000 });
    return stdout.trimEnd().split('\n');
  } finally {
    renameSync(away, consumer.folder);
  }
}

/** The addon, and what it needs to find itself. */
const BINDING = ['node-datachannel', '@node-datachannel', 'detect-libc'];

describe('a bundle made with', () => {
  it.each([
    ['esbuild, CommonJS', BINDING],
    ['esbuild, ES module', BINDING],
    ['esbuild, minified', BINDING],
    ['webpack, CommonJS', BINDING],
    ['webpack, ES module', BINDING],
    ['rollup, CommonJS', BINDING],
    ['rollup, ES module', BINDING],
    ['vite SSR', [...BINDING, 'scoped-rtc', 'eventemitter3']],
    ['vite SSR, noExternal', BINDING],
    ['ncc', BINDING],
    ['tsup, ES module', BINDING],
    ['tsup, CommonJS, noExternal', BINDING],
  ] as const)('%s runs on another machine', async (name, installed) => {
    const folder = name.replaceAll(/\W+/g, '-');
    const file = await bundle(name, folder);
    expect(await runDeployed(folder, file, installed)).toEqual(RAN);
  });

  // webpack's bundle says it in some folders and not in others: not understood yet.
  it.each(['esbuild, CommonJS', 'esbuild, ES module'])(
    '%s says what is missing where the binding is not installed',
    async (name) => {
      const folder = `bare-${name.replaceAll(/\W+/g, '-')}`;
      const file = await bundle(name, folder);
      await expect(runDeployed(folder, file, [])).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/This is a bundle.*docs\/bundling\.md[^]*RTC_BINDING_UNAVAILABLE/),
      });
    },
  );
});
