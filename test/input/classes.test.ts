import { type EventEmitter, once } from 'node:events';
import { RtcRuntime, type RtcScope } from 'scoped-rtc';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { footprint, makeRig, type Rig } from './rig.js';
import { CLASSES } from './surface.js';

type Constructor = new (...args: unknown[]) => object;

let scope: RtcScope;
let rig: Rig;

beforeAll(async () => {
  scope = RtcRuntime.acquire('classes');
  rig = await makeRig(scope);
});

afterAll(async () => {
  await scope[Symbol.asyncDispose]();
});

describe.each([
  'PeerConnection',
  'DataChannel',
  'MediaTrack',
  'WebSocket',
  'WebSocketServer',
  'IceUdpMuxListener',
  'RtcScope',
  'Handle',
  'MessageChannel',
] as const)('%s', (name) => {
  const Owned = CLASSES[name]?.[0] as unknown as Constructor;

  it.each<[string, unknown[]]>([
    ['nothing', []],
    ['nulls', [null, null, null, null, null]],
    ['a name and options', ['mine', { iceServers: [] }]],
    ['objects that look right', [{ traced: false }, {}, 'kind', 'name', {}]],
    ['a pretended context', [{ __proto__: null }, { adoptNode() {} }, 'name', {}, {}]],
  ])('cannot be constructed with %s, nor by a subclass', (_, args) => {
    const before = footprint(rig.runtime);
    class Mine extends Owned {}
    for (const Class of [Owned, Mine]) {
      expect(() => new Class(...args)).toThrow(TypeError);
      expect(() => new Class(...args)).toThrow('has no public constructor');
    }
    expect(() => (Owned as unknown as (...args: unknown[]) => void)(...args)).toThrow(TypeError);
    expect(() => Reflect.construct(Object, args, Owned)).not.toThrow();
    expect(footprint(rig.runtime)).toBe(before);
  });
});

describe('events', () => {
  interface Listening {
    on(event: string, listener: () => void): unknown;
    once(event: string, listener: () => void): unknown;
    off(event: string, listener: () => void): unknown;
    subscribe(event: string, listener: () => void): Disposable;
  }
  const subjects = (): [string, Listening, string, string][] =>
    [
      ['DataChannel', rig.channel, 'mesage', 'message'],
      ['WebSocket', rig.socket, 'Open', 'open'],
      ['WebSocketServer', rig.server, 'conection', 'connection'],
      ['IceUdpMuxListener', rig.listener, 'unhandledStunRequests', 'unhandledStunRequest'],
      ['PeerConnection', rig.alice, 'datachannel', 'dataChannel'],
      ['RtcRuntime', rig.runtime, 'warnings', 'warning'],
    ] as unknown as [string, Listening, string, string][];
  const ways = ['on', 'once', 'off', 'subscribe'] as const;

  it('a mistyped name is refused, with the names there are and the closest one', () => {
    for (const [kind, subject, name, meant] of subjects()) {
      for (const way of ways) {
        expect(() => subject[way](name, () => {})).toThrow(
          new RegExp(
            `^event must be one of .*\\b${meant}\\b.*; ${kind} has no event '${name}'. Did you mean '${meant}'\\?$`,
          ),
        );
      }
    }
  });

  it.each([
    '',
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    '~open',
    'x'.repeat(10_000),
    'a\u202eb\n',
  ])('a name that nobody has is refused, and shown where it is short: %j', async (name) => {
    for (const [, subject] of subjects()) {
      for (const way of ways) expect(() => subject[way](name, () => {})).toThrow(TypeError);
    }
    expect(({} as { listener?: unknown }).listener).toBeUndefined();
    const shown = await Promise.resolve()
      .then(() => rig.channel.on(name as 'open', () => {}))
      .catch(String);
    expect(shown).not.toMatch(/x{50}|\u202e|\n/);
    await rig.channel.send('still works');
  });

  it('once() of node:events, which listens to `error` as well, waits for an event of anything', async () => {
    const reported = once(rig.runtime as unknown as EventEmitter, 'teardown');
    await rig.runtime.scope('ends').disposeAsync();
    expect(await reported).toHaveLength(2);
    for (const [, subject] of subjects()) expect(() => subject.off('error', () => {})).not.toThrow();
  });

  it('once() of node:events takes its listener out when its signal aborts', async () => {
    for (const [, subject] of subjects()) {
      const controller = new AbortController();
      const waiting = once(subject as unknown as EventEmitter, 'error', { signal: controller.signal });
      controller.abort();
      await expect(waiting).rejects.toThrow(/aborted/);
    }
  });

  it('taking out a listener that was never there leaves the others', async () => {
    let received = 0;
    const listener = () => {
      received++;
    };
    const pc = scope.createPeerConnection('listeners');
    pc.on('close', listener);
    pc.off('close', () => {});
    pc.off('error', listener);
    await pc.close();
    expect(received).toBe(1);
  });
});
