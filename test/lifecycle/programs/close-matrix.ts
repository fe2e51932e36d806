// Runs the cells of one kind one after the other, or the one that is named, then must exit by itself.
import { cellsOf, type Kind, leftOut } from '../matrix/cells.js';
import { runCell } from '../matrix/run-cell.js';
import { mainDone, say } from './say.js';

const [kind, only] = process.argv.slice(2);
const cells = cellsOf(kind as Kind).filter((cell) => leftOut(cell) === undefined);
if (only === undefined) {
  // The first generation opens descriptors that Node keeps: for its own UDP and TCP, and for the addon.
  await runCell({ kind: 'PeerConnection', state: 'gathering', ender: 'the caller' });
  await runCell({ kind: 'WebSocket', state: 'connecting', ender: 'the caller' });
}
for (const cell of cells) {
  if (only === undefined || `${cell.state}, by ${cell.ender}` === only) say(await runCell(cell));
}
mainDone();
