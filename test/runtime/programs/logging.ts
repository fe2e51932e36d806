// Two generations of the library, with a connection in each, and where its log goes.
import { subscribe } from 'node:diagnostics_channel';
import { type RtcLogEntry, RtcRuntime } from 'scoped-rtc';

const [way] = process.argv.slice(2);
const entries: RtcLogEntry[] = [];
const take = (entry: unknown) => void entries.push(entry as RtcLogEntry);
if (way === 'channel' || way === 'level') subscribe('scoped-rtc:log', take);
const runtime = new RtcRuntime(
  way === 'logger' ? { logger: take, logLevel: 'Debug' } : way === 'level' ? { logLevel: 'Verbose' } : {},
);

async function generation(): Promise<number> {
  const before = entries.length;
  await using rtc = runtime.scope('app');
  rtc.createPeerConnection('alice').createDataChannel('chat');
  // Port 9 is refused, and the library warns of that.
  const socket = rtc.createWebSocket('ws://127.0.0.1:9/');
  await socket.closed();
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  return entries.length - before;
}

const counts = [await generation(), await generation()];
const { cleanups } = runtime;
const threads = runtime.threads().count;
const levels = [...new Set(entries.map((entry) => entry.level))];
console.log(JSON.stringify({ counts, levels, cleanups, threads }));
console.log(JSON.stringify({ mainDone: Date.now() }));
