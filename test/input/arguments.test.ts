import * as api from 'scoped-rtc';
import { type AnyHandle, RtcRuntime, type RtcScope } from 'scoped-rtc';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Argument, argument, BOOLEAN, options, withWrong } from './argument.js';
import { complaint, outcomeOf } from './outcome.js';
import { newScopeArguments, runtimeArguments } from './owner-members.js';
import { footprint, makeRig, type Rig } from './rig.js';
import {
  acknowledgedChannelArguments,
  joinRoomArguments,
  idleSocket,
  webSocketSignalingArguments,
} from './signaling-members.js';
import { CLASSES, FUNCTIONS, isError, membersOf, STATICS } from './surface.js';
import { type ValueName, WRONG_VALUES } from './wrong-values.js';

let scope: RtcScope;
let rig: Rig;

beforeAll(async () => {
  scope = RtcRuntime.acquire('input');
  rig = await makeRig(scope);
});

afterAll(async () => {
  await scope[Symbol.asyncDispose]();
});

/** The object that the members of a class are tried on; made for the occasion where that is cheap. */
const subjects: Record<string, () => object> = {
  RtcRuntime: () => rig.runtime,
  Scope: () => scope.fork('subject'),
  RtcScope: () => scope.fork('subject'),
  Handle: () => rig.listener,
  MessageChannel: () => rig.socket,
  DataChannel: () => rig.channel,
  MediaTrack: () => rig.track,
  WebSocket: () => rig.socket,
  WebSocketServer: () => rig.server,
  IceUdpMuxListener: () => rig.listener,
  AcknowledgedChannel: () => new api.AcknowledgedChannel(),
  PeerConnection: () => scope.createPeerConnection('subject', { disableAutoNegotiation: true }),
};

/** Tries every wrong value in every place; returns what was not as it ought to be. */
async function tryAll(
  given: () => unknown[],
  places: readonly Argument[],
  call: (args: unknown[]) => unknown,
): Promise<string[]> {
  const bad: string[] = [];
  const before = footprint(rig.runtime);
  const attempt = async (place: Argument, name: string, value: unknown) => {
    const reported = complaint(await outcomeOf(() => call(withWrong(given(), place, value))), place.named);
    if (reported !== undefined) bad.push(`${place.named} = ${name}: ${reported}`);
    expect(footprint(rig.runtime), `${place.named} = ${name} left something behind`).toBe(before);
  };
  for (const place of places) {
    for (const name of Object.keys(WRONG_VALUES) as ValueName[]) {
      if (!place.accepts.includes(name)) await attempt(place, name, WRONG_VALUES[name]());
    }
    for (const [index, value] of (place.and ?? []).entries())
      await attempt(place, `own value ${index}`, value);
  }
  return bad;
}

it('the table has every export of the package', () => {
  const listed = [...Object.keys(CLASSES), ...FUNCTIONS].sort();
  const exported = Object.entries(api)
    .filter(([, value]) => !isError(value))
    .map(([name]) => name);
  expect(exported.sort()).toEqual(listed);
});

for (const [className, [type, members]] of Object.entries(CLASSES)) {
  describe(className, () => {
    const present = membersOf(type);

    it('has every public member in the table', () => {
      const declaredByHeirs = className === 'Scope'; // its table is that of the class that can be used
      const missing = [...present.keys()].filter((name) => !(name in members));
      const gone = Object.keys(members).filter((name) => !present.has(name));
      expect(missing).toEqual([]);
      if (!declaredByHeirs) expect(gone).toEqual([]);
      const statics = Reflect.ownKeys(type).filter(
        (key) => !['length', 'name', 'prototype'].includes(String(key)),
      );
      expect(statics).toEqual(STATICS[className] ?? []);
    });

    for (const [name, { wrong = [], given = () => [], live }] of Object.entries(members)) {
      const descriptor = present.get(name);
      if (!descriptor || (wrong.length === 0 && descriptor.set === undefined)) continue;

      it(`${name} refuses every wrong argument by name, and goes on working`, async () => {
        const subject = subjects[className]?.() as object;
        try {
          const act = (args: unknown[]) => {
            const run = (descriptor.set ?? descriptor.value) as (...args: unknown[]) => unknown;
            return run.apply(subject, args);
          };
          expect(wrong.length, 'arguments in the table').toBeGreaterThan(0);
          expect(await tryAll(() => given(rig), wrong, act)).toEqual([]);
          if (live) await live(subject, rig);
          else if (live === undefined) await act(given(rig));
        } finally {
          if (className === 'PeerConnection') await (subject as AnyHandle).close({ timeout: 0 });
          if (className.endsWith('Scope')) await (subject as RtcScope).disposeAsync();
        }
      });
    }
  });
}

describe('functions and constructors', () => {
  it('new RtcRuntime() refuses every wrong option by name', async () => {
    expect(
      await tryAll(
        () => [],
        runtimeArguments,
        ([given]) => new RtcRuntime(given as object),
      ),
    ).toEqual([]);
    expect(new RtcRuntime({ teardownTimeout: 5 }).state).toBe('idle');
  });

  it('RtcRuntime.acquire() refuses every wrong argument by name', async () => {
    const acquire = RtcRuntime.acquire as (...args: unknown[]) => RtcScope;
    expect(
      await tryAll(
        () => [],
        newScopeArguments,
        (args) => acquire(...args),
      ),
    ).toEqual([]);
    await acquire('again', { timeout: 1000 }).disposeAsync();
  });

  it('messageChannelSignaling() refuses every wrong argument by name', async () => {
    const places = [argument(0, 'channel', { accepts: [] }), ...options(1, 'options', { polite: BOOLEAN })];
    const make = api.messageChannelSignaling as (...args: unknown[]) => unknown;
    expect(
      await tryAll(
        () => [rig.channel],
        places,
        (args) => make(...args),
      ),
    ).toEqual([]);
    make(rig.channel, { polite: true });
  });

  it('new AcknowledgedChannel() refuses every wrong argument by name', async () => {
    const make = ([transport, options]: unknown[]) =>
      new api.AcknowledgedChannel(transport as api.MessageTransport, options as object);
    expect(await tryAll(() => [], acknowledgedChannelArguments, make)).toEqual([]);
    expect(make([idleSocket(), { outbox: { messages: 1 } }]).attached).toBe(true);
  });

  it('webSocketSignaling() refuses every wrong argument by name', async () => {
    const given = () => [idleSocket(), { room: 'room', peer: 'alice' }];
    const make = api.webSocketSignaling as (...args: unknown[]) => api.WebSocketSignaling;
    expect(await tryAll(given, webSocketSignalingArguments, (args) => make(...args))).toEqual([]);
    await make(...given()).close();
  });

  it('joinRoom() refuses every wrong argument by name', async () => {
    const given = () => [idleSocket(), { room: 'room', peer: 'alice' }];
    const make = api.joinRoom as (...args: unknown[]) => api.SignalingRoom;
    expect(await tryAll(given, joinRoomArguments, (args) => make(...args))).toEqual([]);
    await make(...given()).close();
  });
});
