import { expect, test } from 'vitest';
import { placeOf } from '../../src/diagnostics/creation-place.js';

test.each([
  ['at /srv/app/main.ts:3:4', '/srv/app/main.ts:3:4'],
  ['at async file:///srv/app/main.ts:3:4', '/srv/app/main.ts:3:4'],
  ['at new Thing (/srv/my app/main.ts:3:4)', '/srv/my app/main.ts:3:4'],
  ['at async Object.run (file:///srv/my%20app/main.ts:3:4)', '/srv/my app/main.ts:3:4'],
  ['at run (/srv/copy (2)/main.ts:3:4)', '/srv/copy (2)/main.ts:3:4'],
  ['at /srv/copy (2)/main.ts:3:4', '/srv/copy (2)/main.ts:3:4'],
  ['at Thing.run [as go] (/srv/app/main.ts:3:4)', '/srv/app/main.ts:3:4'],
  ['at file:///srv/%E6%96%87/main.ts:3:4', '/srv/文/main.ts:3:4'],
  ['at Array.map (<anonymous>)', undefined],
  ['at native', undefined],
  ['at node:internal/main:1:2', undefined],
  ['at run (/srv/node_modules/library/index.js:1:2)', undefined],
])('%s', (line, place) => {
  expect(placeOf(`Error: made\n    ${line}`)).toBe(place);
});

test('a place in the current directory is shown relative to it', () => {
  expect(placeOf(`Error: made\n    at run (${process.cwd()}/test/main.ts:3:4)`)).toBe('test/main.ts:3:4');
});
