import { describe, expect, it } from 'vitest';
import { ForeignCleanup } from '../../src/native/addon-adapters.js';

function setUp() {
  const log: string[] = [];
  const addon = { cleanup: () => void log.push('cleanup') };
  const original = addon.cleanup;
  const foreign = new ForeignCleanup(addon);
  const add = () =>
    foreign.add(
      () => log.push('before'),
      () => log.push('after'),
    );
  return { log, addon, original, add };
}

describe('hooks around the cleanup of others', () => {
  it('leave the original behind when the last one is removed', () => {
    const { addon, original, add } = setUp();
    const removeFirst = add();
    const removeSecond = add();
    removeFirst();
    expect(addon.cleanup).not.toBe(original);
    removeSecond();
    expect(addon.cleanup).toBe(original);
  });

  it('run behind when the cleanup throws, and its error goes to the caller', () => {
    const log: string[] = [];
    const failing = {
      cleanup: () => {
        throw new Error('timeout');
      },
    };
    new ForeignCleanup(failing).add(
      () => log.push('before'),
      () => log.push('after'),
    );
    expect(() => failing.cleanup()).toThrow('timeout');
    expect(log).toEqual(['before', 'after']);
  });

  it('are disarmed under a wrapper of somebody else, and armed again without a second call', () => {
    const { log, addon, add } = setUp();
    const remove = add();
    const ours = addon.cleanup;
    const theirs = () => ours.call(addon);
    addon.cleanup = theirs;
    remove();
    expect(addon.cleanup).toBe(theirs);
    addon.cleanup();
    expect(log.splice(0)).toEqual(['cleanup']);
    add();
    addon.cleanup();
    expect(log).toEqual(['before', 'cleanup', 'after']);
  });

  it('are installed again when somebody put the original back', () => {
    const { log, addon, original, add } = setUp();
    const remove = add();
    addon.cleanup = () => {};
    remove();
    addon.cleanup = original;
    add();
    addon.cleanup();
    expect(log).toEqual(['before', 'cleanup', 'after']);
  });
});
