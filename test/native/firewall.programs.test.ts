import { describe, expect, it } from 'vitest';
import { RtcNativeError } from '../../src/errors/rtc-error.js';
import { guardCallback } from '../../src/native/firewall.js';
import { callNative } from '../../src/native/call-native.js';
import { runProgram } from './programs/run.js';

describe('an exception of a handler inside a native callback', () => {
  it('ends the process with code 1 and its own stack, not with an abort', async () => {
    const { code, signal, stderr } = await runProgram('./throwing-callback.ts', 'exit');
    expect({ code, signal }).toEqual({ code: 1, signal: null });
    expect(stderr).toContain('Error: from the handler');
    expect(stderr).toContain('throwing-callback.ts');
  });

  it('reaches uncaughtException listeners as the same object, with the path', async () => {
    const { code, stdout } = await runProgram('./throwing-callback.ts', 'listen');
    expect(stdout.trim()).toBe('same true path app/a');
    expect(code).toBe(0);
  });

  it('reaches them unchanged when the object is frozen', async () => {
    const { code, stdout } = await runProgram('./throwing-callback.ts', 'frozen');
    expect(stdout.trim()).toBe('same true path undefined');
    expect(code).toBe(0);
  });
});

describe('guardCallback', () => {
  it('hands the arguments on and does not ask for the path of a call that went well', () => {
    const seen: unknown[] = [];
    const guarded = guardCallback(
      () => {
        throw new Error('asked');
      },
      (a: number, b: string) => seen.push(a, b),
    );
    guarded(1, 'x');
    expect(seen).toEqual([1, 'x']);
  });
});

describe('callNative', () => {
  it('returns what the call returns', () => {
    expect(callNative('app', 'x', () => 5)).toBe(5);
  });

  it('makes an RtcNativeError with path and cause of what it throws', () => {
    const cause = new Error('no ICE user fragment');
    let caught: unknown;
    try {
      callNative('app/a', 'setRemoteDescription', () => {
        throw cause;
      });
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(RtcNativeError);
    expect(caught).toMatchObject({
      message: 'app/a: setRemoteDescription failed: no ICE user fragment',
      code: 'RTC_NATIVE',
      path: 'app/a',
      cause,
    });
  });
});
