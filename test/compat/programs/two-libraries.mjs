// Two libraries that use the binding in one process; one of them cleans up when its last connection closes.
import { writeFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = mkdtempSync(join(tmpdir(), 'two-libraries-'));
process.on('exit', () => rmSync(root, { recursive: true }));

async function library(name) {
  const folder = join(root, 'node_modules', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'index.mjs'), "export { PeerConnection, cleanup } from 'node-datachannel';\n");
  return import(pathToFileURL(join(folder, 'index.mjs')).href);
}

const one = await library('one');
const other = await library('other');
const kept = new one.PeerConnection('kept', { iceServers: [] });
const states = [];
kept.onStateChange((state) => states.push(state));
new other.PeerConnection('left open', { iceServers: [] });
other.cleanup();
other.cleanup();
// The natives of the other are gone when a connection that it makes afterwards has come and gone.
const last = new other.PeerConnection('last', { iceServers: [] });
await new Promise((resolve) => {
  last.onStateChange((state) => state === 'closed' && resolve());
  last.close();
});
console.log(JSON.stringify({ kept: kept.state(), states, distinct: one.cleanup !== other.cleanup }));
kept.close();
