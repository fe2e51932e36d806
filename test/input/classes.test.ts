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
    ['a pretended engine', [{ __proto__: null }, { adoptNode() {} }, 'name', {}, {}]],
  ])('cannot be constructed with %s, nor by a subclass', (_, args) => {
    const before = footprint(rig.runtime);
    class Mine extends Owned {}
    for (const Class of [Owned, Mine]) {
      expect(() => new Class(...args)).toThrow(TypeError);
      expect(() => new Class(...args)).toThrow('has no public constructor');
    }
    expect(() => (Owned as unknown as (...args: unknown[]) => void)(...args)).toThrow(TypeError);
    expect(() => Reflect.construct(Object, args, Owned)).not.toThrow();
    expect(footprint(rig.runtime)).toEqual(before);
  });
});

describe('events', () => {
  const names = [
    '',
    'mesage',
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    '~open',
    'x'.repeat(10_000),
  ];
  const subjects = () => [rig.channel, rig.socket, rig.server, rig.listener, rig.alice];

  it.each(names)('an event that never comes does no harm: %j', async (name) => {
    for (const subject of subjects()) {
      const handle = subject as unknown as {
        on(event: string, listener: () => void): unknown;
        once(event: string, listener: () => void): unknown;
        off(event: string, listener: () => void): unknown;
        subscribe(event: string, listener: () => void): Disposable;
      };
      let calls = 0;
      const listener = () => {
        calls++;
      };
      handle.on(name, listener);
      handle.once(name, listener);
      handle.subscribe(name, listener)[Symbol.dispose]();
      handle.off(name, listener);
      handle.off(name, listener);
      handle.off(name, listener);
      expect(calls).toBe(0);
    }
    rig.runtime.subscribe(name as 'leak', () => {}).unsubscribe();
    expect(({} as { listener?: unknown }).listener).toBeUndefined();
    const low = rig.channel.bufferedAmount;
    await rig.channel.send('still works');
    expect(low).toBe(0);
  });

  it('taking out a listener that was never there leaves the others', async () => {
    let heard = 0;
    const listener = () => {
      heard++;
    };
    const pc = scope.createPeerConnection('listeners');
    pc.on('close', listener);
    pc.off('close', () => {});
    pc.off('error', listener);
    await pc.close();
    expect(heard).toBe(1);
  });
});
