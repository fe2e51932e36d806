import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { pathSegment, SiblingNames, uniqueName } from '../../src/scope/node.js';
import { Random } from '../../verify/chaos/random.js';

const claim = (names: SiblingNames, name: string) => uniqueName(name, names.claim(name));

test('siblings of one name are numbered, and a name given by a user is not given twice', () => {
  const names = new SiblingNames();
  expect(claim(names, 'a#3')).toBe('a#3');
  expect(['a', 'a', 'a', 'a#3'].map((name) => claim(names, name))).toEqual(['a', 'a#2', 'a#4', 'a#3#2']);
});

test('a name that looks like one with a number is not one that a sibling has already', () => {
  const names = new SiblingNames();
  expect(['a', 'a', 'a#2', 'a#1'].map((name) => claim(names, name))).toEqual(['a', 'a#2', 'a#2#2', 'a#1']);
  for (const number of [1, 2]) names.release('a', number);
  names.release('a#2', 2);
  expect(['a#2', 'a', 'a'].map((name) => claim(names, name))).toEqual(['a#2', 'a', 'a#3']);
});

test('whatever siblings come and go, no two have one name', () => {
  const random = new Random(1);
  const choices = ['a', 'a#1', 'a#2', 'a#2#2', 'a#3', 'a#03', '#2', '', 'b\n', 'b\n#2'];
  const names = new SiblingNames();
  const live = new Map<string, readonly [string, number]>();
  for (let step = 0; step < 20_000; step++) {
    const name = random.pick(choices) as string;
    const number = names.claim(name);
    const unique = uniqueName(name, number);
    expect(live.has(unique), `${unique}, step ${step}`).toBe(false);
    live.set(unique, [name, number]);
    for (const [gone, [was, had]] of live) {
      if (live.size < 40 && random.chance(0.8)) continue;
      names.release(was, had);
      live.delete(gone);
    }
  }
});

test('a number is free again when its owner has gone, and all are when the last of that name has', () => {
  const names = new SiblingNames();
  for (let n = 0; n < 3; n++) names.claim('a');
  names.release('a', 1);
  expect(claim(names, 'a')).toBe('a');
  expect(claim(names, 'a')).toBe('a#4');
  for (const number of [1, 2, 3, 4]) names.release('a', number);
  expect(claim(names, 'a')).toBe('a');
});

test('100 000 of one name, half of them gone, take no longer for each than a few', () => {
  const names = new SiblingNames();
  for (let n = 0; n < 100_000; n++) names.claim('a');
  for (let n = 1; n <= 100_000; n += 2) names.release('a', n);
  for (let n = 0; n < 100_000; n++) names.claim('a');
  // A search from 2 on takes minutes: the limit of the test is for that.
  expect(claim(names, 'a')).toBe('a#150001');
});

test.each([
  ['', '_'],
  ['a/b\n', 'a_b_'],
  ['invoice\u202Efdp.exe', 'invoice_fdp.exe'],
  ['zero\u200Bwidth\u2028line\u0085', 'zero_width_line_'],
  ['half a pair \uD83D', 'half a pair _'],
  ['größe 文字 🎲', 'größe 文字 🎲'],
  [`${'x'.repeat(63)}🎲`, `${'x'.repeat(63)}_`],
])('what could reorder, hide or break a line is replaced in a path: %j', (name, segment) => {
  expect(pathSegment(name)).toBe(segment);
});

test('a path keeps nothing of a label but what is shown: a peer may make it long', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const kept: string[] = [];
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let n = 0; n < 200; n++) kept.push(`app/${pathSegment(`${n} ${'x'.repeat(500_000)}`)}`);
  collect();
  expect(kept).toHaveLength(200);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(20_000_000);
});
