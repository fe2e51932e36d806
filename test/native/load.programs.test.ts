import { describe, expect, it } from 'vitest';
import { bindingVersion, VERIFIED_VERSIONS } from '../../src/native/packages.js';
import { loadBinding } from '../../src/native/load.js';
import { runProgram } from './programs/run.js';

describe('loading the binding', () => {
  it('loads once, and offers the raw server class and the foreign cleanup hook', () => {
    const binding = loadBinding();
    expect(loadBinding()).toBe(binding);
    expect(binding.getLibraryVersion()).toMatch(/^\d+\.\d+/);
    expect(binding.onForeignCleanup).toBeTypeOf('function');
    // The package's own class is an EventEmitter with a list of clients (H14).
    expect(binding.WebSocketServer.prototype).not.toHaveProperty('emit');
    const server = new binding.WebSocketServer({ port: 0, bindAddress: '127.0.0.1' });
    expect(server.port()).toBeGreaterThan(0);
    server.stop();
    binding.cleanup();
  });

  it('calls hooks for a cleanup by others, in ESM and CommonJS, but not of its own', async () => {
    const { code, stdout } = await runProgram('./foreign-cleanup.ts');
    expect(stdout.trim().split('\n')).toEqual([
      'esm',
      'second before alive true',
      'first before alive true',
      'first after alive false',
      'second after alive false',
      'cjs',
      'first before alive true',
      'first after alive false',
      'own',
      'removed',
      'uncaught hook',
    ]);
    expect(code).toBe(0);
  });
});

describe('a missing package', () => {
  it('is an RTC_BINDING_UNAVAILABLE that says what to install, and a later call tries again', async () => {
    const { code, stdout } = await runProgram('./without-package.ts');
    const [error = '', version] = stdout.trim().split('\n');
    expect(JSON.parse(error)).toMatchObject({
      name: 'RtcBindingError',
      code: 'RTC_BINDING_UNAVAILABLE',
      message: expect.stringMatching(/@node-datachannel.*--omit=optional/),
      cause: 'Cannot find module',
    });
    expect(version).toMatch(/^\d+\.\d+/);
    expect(code).toBe(0);
  });
});

describe('a version of the binding that this package was not tested with', () => {
  it('is warned of once a process, and used', async () => {
    const { code, stdout } = await runProgram('./unverified-version.ts', '0.99.0');
    const [warning, ...rest] = stdout.trim().split('\n');
    expect(warning).toMatch(/^RTC_UNVERIFIED_BINDING: node-datachannel 0\.99\.0 .*0\.33\.4/);
    expect(rest).toEqual(['cleanups: 2']);
    expect(code).toBe(0);
  });

  it('is any but the listed ones, to which the installed one belongs', async () => {
    expect(VERIFIED_VERSIONS).toContain(bindingVersion());
    const { stdout } = await runProgram('./unverified-version.ts', '0.33.1');
    expect(stdout.trim()).toBe('cleanups: 2');
  });
});

describe('the thread guard', () => {
  it.each([
    [
      ['main', 'worker'],
      ['main loaded', 'worker RTC_WRONG_THREAD'],
    ],
    [
      ['worker', 'main'],
      ['worker loaded', 'main RTC_WRONG_THREAD'],
    ],
    [
      ['worker', 'worker'],
      ['worker loaded', 'worker RTC_WRONG_THREAD'],
    ],
    [
      ['main', 'main'],
      ['main loaded', 'main loaded'],
    ],
  ])('%j', async (order, expected) => {
    const { code, signal, stdout } = await runProgram('./threads.ts', ...order);
    expect(stdout.trim().split('\n')).toEqual(expected);
    expect({ code, signal }).toEqual({ code: 0, signal: null });
  });
});
