import { beforeAll, describe, expect, it } from 'vitest';
import { type ChildEnd, runChild } from '../support/child.js';
import { cellsOf, expectedBy, expectedReason, KINDS, leftOut } from './matrix/cells.js';
import { type CellResult, nameOf } from './matrix/run-cell.js';
import { NOTHING_LEFT } from '../support/nothing-left.js';

const program = new URL('./programs/close-matrix.ts', import.meta.url);

describe.each(KINDS)('a %s', (kind) => {
  let ended: ChildEnd;
  beforeAll(async () => {
    ended = await runChild(program, [kind]);
  });

  for (const cell of cellsOf(kind)) {
    // What cannot happen is no test; `leftOut` says why.
    if (leftOut(cell) !== undefined) continue;
    it(`ended by ${cell.ender} while ${cell.state} leaves nothing`, () => {
      const result = ended.lines.find((line) => line.cell === nameOf(cell)) as CellResult | undefined;
      expect(result, ended.stderr).toMatchObject({ cleanups: 1, runtimeState: 'idle', warnings: [] });
      expect(result?.left).toMatchObject(NOTHING_LEFT);
      expect(result?.left?.descriptors).toBeLessThanOrEqual(0);
      const accepted = expectedBy(cell);
      expect(result?.hasHandle).toBe(accepted.length > 0);
      expect(result?.closeEvents).toBe(accepted.length > 0 ? 1 : 0);
      if (accepted.length === 0) return;
      expect(accepted).toContain(result?.by);
      expect(result?.reason).toBe(expectedReason(cell, result?.by));
    });
  }

  it('lets the process exit by itself after all of them', () => {
    expect(ended).toMatchObject({ code: 0, signal: null });
    expect(ended.exitedByItself).toBe(true);
  });
});

/** One process for each: nothing before or after the cell can help it to exit. */
const DIAGONAL = [
  { kind: 'PeerConnection', state: 'new', ender: 'the caller' },
  { kind: 'PeerConnection', state: 'gathering', ender: 'the scope' },
  { kind: 'PeerConnection', state: 'failed', ender: 'its own callback' },
  { kind: 'DataChannel', state: 'connecting', ender: 'its owner' },
  { kind: 'DataChannel', state: 'open', ender: 'an exception in the body' },
  { kind: 'DataChannel', state: 'closed by its peer', ender: 'the scope' },
  { kind: 'WebSocket', state: 'connecting', ender: 'an abort signal' },
  { kind: 'WebSocket', state: 'failed', ender: 'the caller' },
  { kind: 'WebSocketServer', state: 'open', ender: 'its own callback' },
  { kind: 'WebSocketServer', state: 'being closed by its peer', ender: 'the scope' },
] as const;

describe('alone in a process', () => {
  it.each(DIAGONAL)('a $kind ended by $ender while $state lets it exit', async (cell) => {
    const ended = await runChild(program, [cell.kind, `${cell.state}, by ${cell.ender}`]);
    expect(ended, ended.stderr).toMatchObject({ code: 0, signal: null });
    expect(ended.lines[0]).toMatchObject({ cell: nameOf(cell), cleanups: 1, left: NOTHING_LEFT });
    expect(ended.exitedByItself).toBe(true);
  });
});
