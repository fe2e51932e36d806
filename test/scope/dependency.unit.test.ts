import { RtcRuntime } from 'scoped-rtc';
import { createFakeBinding } from 'scoped-rtc/testing';
import { expect, test } from 'vitest';
import { OwnedNode } from '../../src/scope/node.js';
import { addOrderedDependency } from '../../src/scope/order.js';
import { thrownBy } from '../support/rejection.js';

function newTree() {
  const runtime = new RtcRuntime({ native: createFakeBinding() });
  const paths: string[] = [];
  runtime.on('teardown', (report) => {
    for (const { path, kind } of report) if (kind !== 'scope' && kind !== 'cleanup') paths.push(path);
  });
  return { runtime, root: runtime.scope('app'), paths };
}

test('without dependencies the newest goes first', async () => {
  const { root, paths } = newTree();
  for (const name of ['a', 'b', 'c']) root.createPeerConnection(name);
  await root.disposeAsync();
  expect(paths).toEqual(['app/c', 'app/b', 'app/a']);
});

test('a dependent goes before what it depends on, whichever is newer', async () => {
  const { root, paths } = newTree();
  const a = root.createPeerConnection('a');
  const b = root.createPeerConnection('b');
  const c = root.createPeerConnection('c');
  expect(a.dependsOn(c)).toBe(a);
  c.dependsOn(b);
  await root.disposeAsync();
  expect(paths).toEqual(['app/a', 'app/c', 'app/b']);
});

test('several dependents of one go newest first, in whatever order they were recorded', async () => {
  const { root, paths } = newTree();
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => root.createPeerConnection(name));
  c!.dependsOn(d!);
  a!.dependsOn(d!);
  b!.dependsOn(d!);
  await root.disposeAsync();
  expect(paths).toEqual(['app/c', 'app/b', 'app/a', 'app/d']);
});

test('across branches the whole branch of the dependent goes first', async () => {
  const { root, paths } = newTree();
  const calls = root.fork('calls');
  const one = calls.fork('one').createPeerConnection('pc');
  const signaling = root.fork('signaling');
  const socket = signaling.createPeerConnection('socket');
  signaling.defer(() => {});
  one.dependsOn(socket);
  await root.disposeAsync();
  expect(paths).toEqual(['app/calls/one/pc', 'app/signaling/defer', 'app/signaling/socket']);
});

test('a channel may depend on another connection, and takes its own connection along', async () => {
  const { root, paths } = newTree();
  const a = root.createPeerConnection('a', { disableAutoNegotiation: true });
  const channel = a.createDataChannel('chat');
  const b = root.createPeerConnection('b');
  channel.dependsOn(b);
  await root.disposeAsync();
  expect(paths).toEqual(['app/a/chat', 'app/a', 'app/b']);
});

test('depending on an owner is what holds anyway', async () => {
  const { root, paths } = newTree();
  const pc = root.createPeerConnection('pc', { disableAutoNegotiation: true });
  const channel = pc.createDataChannel('chat');
  channel.dependsOn(pc);
  await root.disposeAsync();
  expect(paths).toEqual(['app/pc/chat', 'app/pc']);
});

test('a cycle is refused and named, and changes nothing', async () => {
  const { root, paths } = newTree();
  const [a, b, c] = ['a', 'b', 'c'].map((name) => root.createPeerConnection(name));
  a!.dependsOn(b!);
  b!.dependsOn(c!);
  expect(thrownBy(() => c!.dependsOn(a!))).toMatchObject({
    code: 'RTC_INVALID_STATE',
    path: 'app/c',
    message: expect.stringContaining('app/c -> app/a -> app/b -> app/c'),
  });
  await root.disposeAsync();
  expect(paths).toEqual(['app/a', 'app/b', 'app/c']);
});

test('a cycle between branches is refused although the handles differ', async () => {
  const { root } = newTree();
  const [left, right] = [root.fork('left'), root.fork('right')];
  left.createPeerConnection('a').dependsOn(right.createPeerConnection('b'));
  const c = right.createPeerConnection('c');
  const d = left.createPeerConnection('d');
  expect(thrownBy(() => c.dependsOn(d))).toMatchObject({
    code: 'RTC_INVALID_STATE',
    message: expect.stringContaining('app/right -> app/left -> app/right'),
  });
  await root.disposeAsync();
});

test('depending on itself, on what it owns or on another tree is refused', async () => {
  const { runtime, root } = newTree();
  await using other = runtime.scope('other');
  const pc = root.createPeerConnection('pc', { disableAutoNegotiation: true });
  const channel = pc.createDataChannel('chat');
  const foreign = other.createPeerConnection('pc');
  for (const on of [pc, channel, foreign]) {
    expect(thrownBy(() => pc.dependsOn(on))).toMatchObject({ code: 'RTC_INVALID_STATE' });
  }
  expect(() => pc.dependsOn({} as never)).toThrow(TypeError);
  await root.disposeAsync();
});

test('a dependency ends with either side', async () => {
  const { root, paths } = newTree();
  const a = root.createPeerConnection('a');
  const b = root.createPeerConnection('b');
  a.dependsOn(b);
  await a.close();
  const a2 = root.createPeerConnection('a2');
  b.dependsOn(a2);
  expect(thrownBy(() => a2.dependsOn(a))).toMatchObject({ code: 'RTC_CLOSED' });
  await root.disposeAsync();
  expect(paths).toEqual(['app/a', 'app/b', 'app/a2']);
});

test('a chain of three thousand dependencies is no problem', async () => {
  const { root, paths } = newTree();
  const handles = Array.from({ length: 3000 }, (_, n) => root.createPeerConnection(`p${n}`));
  for (let n = 1; n < handles.length; n++) handles[n - 1]!.dependsOn(handles[n]!);
  await root.disposeAsync();
  expect(paths).toEqual(handles.map((_, n) => `app/p${n}`));
}, 60_000);

test('each of fifteen thousand may depend on the one before: no dependency costs a walk along the others', () => {
  const root = new OwnedNode('root', 'scope', { release: () => true });
  let before: OwnedNode | undefined;
  for (let n = 0; n < 15_000; n++) {
    const node = new OwnedNode(`n${n}`, 'handle', { release: () => true });
    root.adoptNode(node);
    if (before) addOrderedDependency(node, before);
    before = node;
  }
  const [oldest] = root.children;
  const error = thrownBy(() => addOrderedDependency(oldest!, before!)) as Error;
  expect(error).toMatchObject({ code: 'RTC_INVALID_STATE' });
  expect(error.message.length).toBeLessThan(500);
});
