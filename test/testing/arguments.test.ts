import { RtcRuntime } from 'scoped-rtc';
import {
  assertNothingLeft,
  createFakeBinding,
  loopbackPair,
  ManualClock,
  signalingRelay,
  testScope,
  withTestScope,
} from 'scoped-rtc/testing';
import { expect, test } from 'scoped-rtc/vitest';
import { describe, it } from 'vitest';
import { rejectionOf, thrownBy } from '../support/rejection.js';

type Case = readonly [what: string, wrong: () => unknown, error: string];

const clock = new ManualClock();
const any = (value: unknown) => value as never;

const THROWN: readonly Case[] = [
  ['no object', () => createFakeBinding(any(5)), 'TypeError: options must be an object; got 5 (number)'],
  [
    'an unknown option',
    () => createFakeBinding(any({ fault: {} })),
    'TypeError: options.fault is not a known option; known are faults, seed, sendBufferSize',
  ],
  [
    'a misspelt fault',
    () => createFakeBinding(any({ faults: { drops: true } })),
    'TypeError: options.faults.drops is not a known option; known are onCall, ',
  ],
  [
    'a fault that is no switch',
    () => createFakeBinding(any({ faults: { drop: 'all' } })),
    'TypeError: options.faults.drop must be a boolean or a function; got ',
  ],
  [
    'half a delay',
    () => createFakeBinding(any({ faults: { delay: { min: 1 } } })),
    'TypeError: options.faults.delay must be an object with min and max; got an object with min',
  ],
  [
    'a delay upside down',
    () => createFakeBinding({ faults: { delay: { min: 2, max: 1 } } }),
    'RangeError: options.faults.delay.max must be 2 or more turns, as options.faults.delay.min is; got 1 (number)',
  ],
  [
    'a negative blocking time',
    () => createFakeBinding({ faults: { cleanupBlocksMs: -1 } }),
    'RangeError: options.faults.cleanupBlocksMs must be 0 or more milliseconds; got -1 (number)',
  ],
  [
    'a seed with a fraction',
    () => createFakeBinding({ seed: 0.5 }),
    'RangeError: options.seed must be an integer',
  ],
  [
    'no room to send',
    () => createFakeBinding({ sendBufferSize: 0 }),
    'RangeError: options.sendBufferSize must be an integer',
  ],
  ['a timer for the past', () => clock.after(-1, () => {}), 'RangeError: ms must be 0 or more milliseconds'],
  ['no callback', () => clock.after(1, any('x')), 'TypeError: callback must be a function; got '],
  ['a clock set back', () => clock.advance(-1), 'RangeError: ms must be 0 or more milliseconds'],
  [
    'an endless time',
    () => clock.advance(Number.POSITIVE_INFINITY),
    'RangeError: ms must be a finite number of milliseconds; got Infinity (number)',
  ],
  ['a nameless scope', () => testScope({ name: '' }), 'TypeError: options.name must be a non-empty string'],
  [
    'another runtime than ours',
    () => testScope({ runtime: any({ scope() {} }) }),
    'TypeError: options.runtime must be an RtcRuntime; got an object with scope',
  ],
  [
    'a timeout as text',
    () => testScope({ teardownTimeout: any('5') }),
    'TypeError: options.teardownTimeout must be a number of milliseconds; got ',
  ],
  ['no scope for the relay', () => signalingRelay(any({})), 'TypeError: scope must be an RtcScope'],
];

const REJECTED: readonly Case[] = [
  ['no work', () => clock.runUntil(any(5)), 'TypeError: work must be a promise; got 5 (number)'],
  [
    'a limit below zero',
    () => clock.runUntil(Promise.resolve(), { limit: -1 }),
    'RangeError: options.limit must be 0 or more milliseconds; got -1 (number)',
  ],
  ['no body', () => withTestScope(any(undefined)), 'TypeError: body must be a function; got undefined'],
  ['no runtime', () => assertNothingLeft(any({})), 'TypeError: runtime must be an RtcRuntime'],
  ['no scope for the pair', () => loopbackPair(any(null)), 'TypeError: scope must be an RtcScope; got null'],
];

describe('a wrong argument of the kit is named', () => {
  it.each(THROWN)('%s', (_, wrong, error) => {
    expect(String(thrownBy(wrong)).slice(0, error.length)).toBe(error);
  });

  it.each(REJECTED)('%s', async (_, wrong, error) => {
    const rejection = await rejectionOf(wrong() as Promise<unknown>);
    expect(String(rejection).slice(0, error.length)).toBe(error);
  });

  it('and leaves no scope behind', () => {
    expect(RtcRuntime.shared.snapshot().scopes).toEqual([]);
  });

  test('a pair of one', async ({ rtc }) => {
    const rejection = await rejectionOf(loopbackPair(rtc, { names: any(['alice']) }));
    expect(String(rejection)).toBe('RangeError: options.names must be two names; got an Array');
    await expect(loopbackPair(rtc, { label: any(1) })).rejects.toThrow('options.label must be a string');
    await expect(loopbackPair(rtc, { timeout: -1 })).rejects.toThrow('options.timeout must be 0 or more');
    await expect(loopbackPair(rtc, { channel: { id: -1 } })).rejects.toThrow(RangeError);
    await expect(loopbackPair(rtc, any({ lable: 'x' }))).rejects.toThrow(
      'options.lable is not a known option',
    );
    expect(rtc).toHaveNoLiveHandles();
  });

  test('an end that is neither failed nor not', async () => {
    const scope = testScope();
    const wrong = thrownBy(() => scope.end({ failed: any('yes') }));
    await scope.end();
    expect(String(wrong)).toContain('TypeError: options.failed must be a boolean; got ');
  });

  test('a room without a name', ({ signalingServer }) => {
    expect(String(thrownBy(() => signalingServer.room(any(undefined))))).toContain(
      'TypeError: name must be a string',
    );
  });

  test('in a matcher', async ({ rtc, connectedPair: { far } }) => {
    const matching = [
      () => expect(far).toBeClosed({ by: any('peer') }),
      () => expect(far).toBeClosed({ timeout: -1 }),
      () => expect({}).toBeClosed(),
      () => expect(far).toHaveReceived(any(5)),
      () => expect(rtc).toHaveReceived('x'),
      () => expect(rtc).toHaveTornDown(any('alice')),
      () => expect(5).toHaveTornDown([]),
    ];
    const said: string[] = [];
    for (const match of matching) said.push(String(await rejectionOf(match())).replace(/; got .*/, ''));
    expect(said).toEqual([
      "TypeError: options.by must be one of 'local', 'remote', 'owner', 'error'",
      'RangeError: options.timeout must be 0 or more milliseconds',
      'TypeError: toBeClosed() is for a handle: await expect(channel).toBeClosed({ by: "remote" })',
      'TypeError: messages[0] must be a string, an ArrayBuffer or a view of one',
      "TypeError: toHaveReceived() is for a channel: await expect(channel).toHaveReceived('hello')",
      'TypeError: paths must be an array',
      'TypeError: toHaveTornDown() is for a scope, a handle or a teardown report',
    ]);
    expect(thrownBy(() => expect(far).toHaveNoLiveHandles())).toBeInstanceOf(TypeError);
  });
});
