import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Consumer } from './consumer.js';

let consumer: Consumer;
beforeAll(async () => {
  consumer = await Consumer.make();
});
afterAll(() => consumer?.[Symbol.dispose]());

const PRINTED = [
  'socket: echo',
  'channel: hello',
  'late: RTC_CLOSED',
  'runtime: idle, cleanups: 1, threads: 0',
  'fake: idle',
];

test('the tarball has the built package, its documents and examples, and nothing else', () => {
  const folders = new Set(consumer.files.map(({ path }) => path.split('/')[0]));
  expect([...folders].sort()).toEqual([
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'SECURITY.md',
    'dist',
    'docs',
    'examples',
    'package.json',
  ]);
  const sources = consumer.files.filter(
    ({ path }) => /\.(map|tsx?)$/.test(path.replace(/\.d\.ts$/, '')) && !path.startsWith('examples/'),
  );
  expect(sources).toEqual([]);
  // As the README says.
  expect(consumer.packedSize).toBeLessThan(1e6);
  expect(consumer.files.reduce((sum, { size }) => sum + size, 0)).toBeLessThan(3e6);
  const { dependencies } = JSON.parse(
    readFileSync(join(consumer.folder, 'node_modules/scoped-rtc/package.json'), 'utf8'),
  ) as { dependencies: object };
  expect(Object.keys(dependencies).sort()).toEqual(['eventemitter3', 'node-datachannel']);
});

test('TypeScript compiles `await using` for every handle against its types, and the program runs', async () => {
  expect(await consumer.bin('typescript/bin/tsc', '-p', '.')).toBe('');
  expect((await consumer.run(process.execPath, 'out/app.js')).split('\n')).toEqual(PRINTED);
});

test.each([
  ['without the DOM library', 'node', 'es2023,esnext.disposable'],
  ['with the DOM library, as the types of a browser', 'dom', 'es2023,esnext.disposable,dom'],
])('the W3C classes compile %s', async (_, program, lib) => {
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--types', 'node'];
  const arguments_ = [...options, '--skipLibCheck', '--lib', lib, `w3c/${program}.ts`, '--ignoreConfig'];
  expect(await consumer.bin('typescript/bin/tsc', ...arguments_)).toBe('');
});

test('an ES module without `using` runs', async () => {
  expect(await consumer.run(process.execPath, 'app.mjs')).toBe('channel: hello\nruntime: idle, cleanups: 1');
});

test.each([
  ['as Node chooses', []],
  ['from the CommonJS files', ['--no-experimental-require-module']],
])('CommonJS runs, with one runtime beside the ES module: %s', async (_, flags) => {
  const reported = await consumer.run(process.execPath, ...flags, 'app.cjs');
  expect(reported).toBe('one runtime: true\nruntime: idle, cleanups: 1');
});

test.each([
  ['as Node chooses', []],
  ['from the CommonJS files', ['--no-experimental-require-module']],
])('`instanceof` holds across copies of the package: %s', async (_, flags) => {
  const installed = join(consumer.folder, 'node_modules/scoped-rtc');
  const older = join(consumer.folder, 'node_modules/dependent/node_modules/scoped-rtc');
  cpSync(installed, older, { recursive: true });
  writeFileSync(
    join(older, 'package.json'),
    readFileSync(join(installed, 'package.json'), 'utf8').replace('"version": "', '"version": "0.0.'),
  );
  const reported = await consumer.run(process.execPath, ...flags, 'copies.mjs');
  expect(reported).toMatch(flags.length > 0 ? 'copies: 3' : /^copies: [23]$/);
});

test('a bundle runs, with the binding left outside', async () => {
  await build({
    absWorkingDir: consumer.folder,
    entryPoints: ['app.ts'],
    outfile: 'bundle.mjs',
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['node-datachannel'],
  });
  expect((await consumer.run(process.execPath, 'bundle.mjs')).split('\n')).toEqual(PRINTED);
});

test('`scoped-rtc demo` runs from the installed package', async () => {
  const reported = await consumer.run(process.execPath, 'node_modules/scoped-rtc/dist/cli/main.js', 'demo');
  expect(reported).toMatch(/All \d+ claims hold\./);
});
