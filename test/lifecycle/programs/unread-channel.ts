// A channel that nobody reads gets 100 000 messages, beside a connection that plays ping-pong (H17).
import { type CloseInfo, RtcRuntime } from '../../../src/index.js';
import { LOOPBACK, openChannel } from './link.js';
import { mainDone, say } from './say.js';

const MESSAGES = 100_000;
const PAYLOAD = Buffer.alloc(1000);
const rtc = RtcRuntime.acquire('app');

const busy = await openChannel(
  rtc.createPeerConnection('a', LOOPBACK),
  rtc.createPeerConnection('b', LOOPBACK),
  'ping',
);
let pongs = 0;
let slowest = 0;
let last = performance.now();
busy.far.on('message', (message) => void busy.far.send(message).catch(() => {}));
busy.near.on('message', (message) => {
  pongs++;
  slowest = Math.max(slowest, performance.now() - last);
  last = performance.now();
  void busy.near.send(message).catch(() => {});
});
await busy.near.send('ping');

const sender = rtc.createPeerConnection('sender', LOOPBACK);
const reader = rtc.createPeerConnection('reader', LOOPBACK);
const { near, far } = await openChannel(sender, reader, 'unread');
const errors: unknown[] = [];
far.on('error', (error) => errors.push((error as { code?: string }).code));
const before = process.memoryUsage().rss;
let highest = before;
const watch = setInterval(() => {
  highest = Math.max(highest, process.memoryUsage().rss);
}, 20);
let sent = 0;
const refused: unknown[] = [];
try {
  for (; sent < MESSAGES; sent++) await near.send(PAYLOAD, { timeout: 10_000 });
} catch (error) {
  refused.push((error as { code?: string }).code);
}
const pongsMeanwhile = pongs;
await near.close();
const info: CloseInfo = await far.closed({ timeout: 10_000 });
let taken = 0;
let thrown: unknown;
try {
  for await (const _message of far) taken++;
} catch (error) {
  thrown = (error as { code?: string }).code;
}
clearInterval(watch);
const alive = pongs;
while (pongs < alive + 10) await new Promise((resolve) => setImmediate(resolve));
say({
  sent,
  refused,
  errors,
  by: info.by,
  reason: (info.reason as { code?: string } | undefined)?.code,
  unread: info.unread,
  taken,
  thrown,
  pongsMeanwhile,
  slowest,
  grown: highest - before,
});
const started = performance.now();
await rtc.disposeAsync();
say({ disposeMs: performance.now() - started, threads: RtcRuntime.shared.threads().count });
mainDone();
