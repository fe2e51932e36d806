import { type AnyHandle, type DataChannel, type PeerConnection, RtcRuntime, type RtcScope } from 'scoped-rtc';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { channelPair, connectedPair } from '../support/connected-pair.js';
import { connectedTrack } from '../support/connected-track.js';
import { codeOf } from '../support/event.js';
import { outcomeOf } from './outcome.js';
import { footprint, makeListener, makeRig, type Rig } from './rig.js';
import { type AnyMember, CLASSES, membersOf } from './surface.js';

let scope: RtcScope;
let rig: Rig;
let bob: PeerConnection;
let alice: PeerConnection;

beforeAll(async () => {
  scope = RtcRuntime.acquire('states');
  rig = await makeRig(scope);
  ({ alice, bob } = await connectedPair(scope.fork('pair')));
});

afterAll(async () => {
  await scope[Symbol.asyncDispose]();
});

/** Each class that has an end, alive and ready to be closed. */
const alive: Record<string, () => AnyHandle | RtcScope | Promise<AnyHandle>> = {
  RtcScope: () => scope.fork('ending'),
  DataChannel: async () => (await channelPair(alice, bob, `ending-${++labels}`)).near,
  MediaTrack: async () => (await connectedTrack(scope.fork(`media-${++labels}`))).sending,
  WebSocket: () => scope.createWebSocket(`ws://127.0.0.1:${rig.server.port}/`).opened(),
  WebSocketServer: () => scope.createWebSocketServer({ port: 0, bindAddress: '127.0.0.1' }),
  IceUdpMuxListener: () => makeListener(scope),
  PeerConnection: () => scope.createPeerConnection('ending', { disableAutoNegotiation: true }),
};
let labels = 0;

const end = (subject: AnyHandle | RtcScope): Promise<void> =>
  'disposeAsync' in subject ? subject.disposeAsync() : subject.close({ timeout: 5000 });

/** Uses a member with right arguments, whatever it is. */
function use(subject: unknown, descriptor: PropertyDescriptor, member: AnyMember): unknown {
  if (descriptor.get) return descriptor.get.call(subject);
  const args = member.given?.(rig) ?? [];
  return (descriptor.value as (...args: unknown[]) => unknown).apply(subject, args);
}

/** Only what must be refused: the rest may wait for the end, or changes nothing. */
const refused = (members: Readonly<Record<string, AnyMember>>, closing: boolean) =>
  Object.entries(members).filter(([, { closed, waits }]) => closed !== 'works' && !(closing && waits));

/** Calls all of them at once; what each said, and what it ought to say. */
async function codes(
  subject: AnyHandle | RtcScope,
  members: Readonly<Record<string, AnyMember>>,
  code: string | undefined,
): Promise<Record<'reported' | 'expected', Record<string, unknown>>> {
  const present = membersOf(subject.constructor);
  const calls = refused(members, code !== undefined).map(
    ([name, member]) =>
      [name, member, outcomeOf(() => use(subject, present.get(name) as PropertyDescriptor, member))] as const,
  );
  const reported: Record<string, unknown> = {};
  const expected: Record<string, unknown> = {};
  for (const [name, member, outcome] of calls) {
    const { error } = (await outcome) as { error?: { code?: string; path?: string } };
    reported[name] = [error?.code, error?.path];
    expected[name] = [code ?? member.closed, subject.path];
  }
  return { reported, expected };
}

describe.each(Object.keys(alive))('%s', (className) => {
  const [type, members] = CLASSES[className] ?? [];
  if (!type || !members) throw new Error(`${className} is not in the table`);
  const present = membersOf(type);

  it('refuses with a code and its path while it closes, and when it is closed', async () => {
    const subject = await (alive[className] as () => AnyHandle)();
    const ended = end(subject);
    // All within the turn in which it began to close. A scope has one code for both, and a listener ends at once, unless
    // the turn has taken so long that what ends is spread over the next ones.
    const isClosing = 'state' in subject && subject.state === 'closing';
    if (className !== 'IceUdpMuxListener') expect(isClosing).toBe(className !== 'RtcScope');
    const whileClosing = await codes(subject, members, isClosing ? 'RTC_CLOSING' : undefined);
    await ended;
    const whenClosed = await codes(subject, members, undefined);
    for (const { reported, expected } of [whileClosing, whenClosed]) expect(reported).toEqual(expected);
  });

  it('lets everything else be used when it is closed, and leaves nothing behind', async () => {
    const subject = await (alive[className] as () => AnyHandle)();
    await end(subject);
    const before = footprint(rig.runtime);
    const failed: string[] = [];
    for (const [name, member] of Object.entries(members)) {
      if (member.closed !== 'works') continue;
      const outcome = await outcomeOf(() => use(subject, present.get(name) as PropertyDescriptor, member));
      if ('error' in outcome) failed.push(`${name}: ${String(outcome.error)}`);
    }
    expect(failed).toEqual([]);
    expect(footprint(rig.runtime)).toBe(before);
  });

  it('throws a TypeError for a `this` that is something else', async () => {
    const before = footprint(rig.runtime);
    const strangers: Record<string, unknown> = {
      nothing: undefined,
      number: 5,
      'plain object': {},
      'its prototype': type.prototype,
      'object with its prototype': Object.create(type.prototype),
      'proxy of one': new Proxy(Object.create(type.prototype), {}),
    };
    const bad: string[] = [];
    for (const [name, descriptor] of present) {
      const member = members[name] as AnyMember;
      if (member.free) continue;
      for (const [which, stranger] of Object.entries(strangers)) {
        const outcome = await outcomeOf(() => use(stranger, descriptor, member));
        const isTypeError = 'error' in outcome && outcome.error instanceof TypeError;
        if (!isTypeError) bad.push(`${name} on ${which}: ${JSON.stringify(outcome)}`);
      }
    }
    expect(bad).toEqual([]);
    expect(footprint(rig.runtime)).toBe(before);
  });
});

describe('the runtime', () => {
  it('throws a TypeError for a `this` that is something else', async () => {
    const before = footprint(rig.runtime);
    const [type, members] = CLASSES.RtcRuntime as (typeof CLASSES)[string];
    for (const [name, descriptor] of membersOf(type)) {
      const member = members[name] as AnyMember;
      if (member.free) continue;
      for (const stranger of [undefined, {}, Object.create(type.prototype)]) {
        const outcome = await outcomeOf(() => use(stranger, descriptor, member));
        expect('error' in outcome && outcome.error, name).toBeInstanceOf(TypeError);
      }
    }
    expect(footprint(rig.runtime)).toBe(before);
  });
});

describe('wrong states', () => {
  const inState = async (call: (pc: PeerConnection) => unknown) => {
    const pc = scope.createPeerConnection('state', { disableAutoNegotiation: true });
    try {
      const outcome = await outcomeOf(() => call(pc));
      const { code, path } = (outcome as { error: { code?: string; path?: string } }).error;
      expect(pc.state).toBe('opening');
      pc.createDataChannel('still works');
      return { code, path };
    } finally {
      await pc.close({ timeout: 0 });
    }
  };

  it.each<[string, (pc: PeerConnection) => unknown]>([
    ['an answer without an offer', (pc) => pc.setLocalDescription('answer')],
    ['a provisional answer without an offer', (pc) => pc.setLocalDescription('pranswer')],
    ['an offer of nothing', (pc) => pc.setLocalDescription('offer')],
    ['a description of nothing', (pc) => pc.setLocalDescription()],
    ['a candidate before the description', (pc) => pc.addRemoteCandidate('candidate:1', '0')],
    ['a dependency on itself', (pc) => pc.dependsOn(pc)],
    [
      'a stream id that is taken',
      (pc) => {
        pc.createDataChannel('a', { negotiated: true, id: 3 });
        pc.createDataChannel('b', { negotiated: true, id: 3 });
      },
    ],
  ])('%s is refused with RTC_INVALID_STATE and the path', async (_, call) => {
    expect(await inState(call)).toEqual({ code: 'RTC_INVALID_STATE', path: 'states/state' });
  });

  it('a message over the limit of the peer is refused, and the next one is sent', async () => {
    const { near } = await channelPair(alice, bob, 'large');
    expect(await codeOf(() => near.send('x'.repeat(near.maxMessageSize + 1)))).toBe('RTC_MESSAGE_TOO_LARGE');
    expect(await codeOf(() => near.trySend('x'.repeat(near.maxMessageSize + 1)))).toBe(
      'RTC_MESSAGE_TOO_LARGE',
    );
    await near.send('fits');
    await near.close();
  });

  it('waits for what can no longer come end with RTC_CLOSED', async () => {
    const pc = scope.createPeerConnection('never', { disableAutoNegotiation: true });
    const channel: DataChannel = pc.createDataChannel('never');
    await pc.close();
    expect(await codeOf(channel.opened())).toBe('RTC_CLOSED');
    expect(await codeOf(pc.connected())).toBe('RTC_CLOSED');
    expect(await codeOf(channel.send('x'))).toBe('RTC_CLOSED');
  });
});
