import { RtcRuntime } from 'scoped-rtc';
import { createFakeBinding } from 'scoped-rtc/testing';
import { expect, test } from 'vitest';
import { Feed } from '../../src/inspector/feed.js';
import { LiveModel } from '../../src/inspector/model/live-model.js';
import { openTrace } from '../../src/inspector/model/trace-file.js';
import { treeRows } from '../../src/inspector/model/tree-rows.js';

const DEPTH = 20_000;
const settings = { sort: undefined, folded: new Set<number | string>(), group: 'tree' } as const;

test('a tree deeper than the call stack is shown by the inspector, and filtered', async () => {
  const runtime = new RtcRuntime({ native: createFakeBinding() });
  await using _root = runtime.scope('app');
  using feed = new Feed(runtime, undefined);
  const made = Array.from({ length: DEPTH }, (_, level) => ({
    ...{
      id: level + 1,
      parent: level === 0 ? undefined : level,
      path: 's',
      createdAt: undefined,
      place: undefined,
    },
    kind: level === DEPTH - 1 ? 'PeerConnection' : 'scope',
  }));
  const model = new LiveModel();
  model.apply({ ...feed.next(), made, updates: [] });
  expect(treeRows(model.roots, { ...settings, filter: '' })).toMatchObject({ matches: DEPTH });
  const { rows, matches } = treeRows(model.roots, { ...settings, filter: 'peerconnection' });
  expect([rows.length, matches]).toEqual([DEPTH, 1]);
});

test('a filter shows what matches, and its owners alone', async () => {
  const runtime = new RtcRuntime({ native: createFakeBinding() });
  const root = runtime.scope('app');
  root.fork('empty').fork('below');
  root.fork('used').createPeerConnection('pc', { disableAutoNegotiation: true });
  using feed = new Feed(runtime, undefined);
  const model = new LiveModel();
  model.apply(feed.next());
  const shown = (filter: string) =>
    treeRows(model.roots, { ...settings, filter }).rows.map((row) => row.type === 'node' && row.node.path);
  expect(shown('')).toEqual(['app', 'app/empty', 'app/empty/below', 'app/used', 'app/used/pc']);
  expect(shown('pc')).toEqual(['app', 'app/used', 'app/used/pc']);
  const saved = new LiveModel();
  saved.apply(openTrace(JSON.stringify(runtime.trace())).message);
  expect(treeRows(saved.roots, { ...settings, filter: '' }).matches).toBe(5);
  await root.disposeAsync();
});
