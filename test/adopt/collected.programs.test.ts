import { expect, it } from 'vitest';
import { runChild } from '../support/child.js';

it.each(['WebSocket', 'DataChannel', 'PeerConnection'])(
  'a %s that had ended when it was adopted may be collected before the cleanup (H2)',
  async (kind) => {
    const program = new URL('./programs/collected.ts', import.meta.url);
    const { code, signal, lines, stderr } = await runChild(program, [kind], {
      nodeArguments: ['--expose-gc'],
    });
    expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
    expect(lines).toEqual([{ cleanups: 1 }]);
  },
);
