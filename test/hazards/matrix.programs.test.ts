import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hazards } from '../../verify/hazards/hazards.js';
import { Compiled } from '../../verify/hazards/support/compiled.js';
import { type Row, runMatrix } from '../../verify/hazards/support/matrix.js';

/** Rows of which another test asks more, and one that measures (H15); `npm run hazards` has them all. */
const ELSEWHERE = [
  ...[
    'H4',
    'H5',
    'H7',
    'H9',
    'H10',
    'H15',
    'H16',
    'H17',
    'H21',
    'H27',
    'H53',
    'H55',
    'H56',
    'H57',
    'H58',
    'H59',
  ],
];
const here = hazards.filter(({ id }) => !ELSEWHERE.includes(id));

describe('the hazard matrix', () => {
  let compiled: Compiled;
  let rows: Row[] = [];

  beforeAll(async () => {
    compiled = await Compiled.make();
    rows = await runMatrix({ compiled, hazards: here, sides: ['sdk'], runs: 1, width: 2 });
  }, 300_000);

  afterAll(async () => {
    await compiled[Symbol.asyncDispose]();
  });

  it('has at least 30 rows, each with an id of its own', () => {
    expect(hazards.length).toBeGreaterThanOrEqual(30);
    expect(new Set(hazards.map(({ id }) => id)).size).toBe(hazards.length);
  });

  it.each(here)('$id: a user who $does meets no harm', ({ id }) => {
    const row = rows.find(({ hazard }) => hazard.id === id);
    expect(row?.sdk?.runs).toBe(1);
    expect(row?.sdk?.fallen, row?.sdk?.text).toBe(0);
  });
});
