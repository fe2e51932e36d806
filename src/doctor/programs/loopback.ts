// Connects two peers in one process and reports how long each step takes.
import { loadBinding } from '../../native/load.js';
import { RtcRuntime } from '../../runtime/rtc-runtime.js';
import { loopbackPair } from '../../testing/loopback-pair.js';
import { done, say } from './say.js';

let last = performance.now();
/** Milliseconds since the previous call. */
function lap(): number {
  const now = performance.now();
  const ms = now - last;
  last = now;
  return Math.round(ms * 10) / 10;
}

const runtime = RtcRuntime.shared;
try {
  say({ threadsBefore: runtime.threads().count, threadsSeen: runtime.threads().supported });
  lap();
  say({ library: loadBinding().getLibraryVersion(), loadMs: lap() });
  const scope = RtcRuntime.acquire('doctor');
  const { near, far } = await loopbackPair(scope, { config: { bindAddress: '127.0.0.1' } });
  say({ connectMs: lap() });
  far.on('message', (message) => void far.send(message));
  const echoed = new Promise<void>((resolve) => near.once('message', () => resolve()));
  lap();
  await near.send('hello');
  await echoed;
  say({ roundTripMs: lap(), threadsDuring: runtime.threads().count });
  lap();
  await scope.disposeAsync();
  say({ teardownMs: lap(), cleanups: runtime.cleanups, threadsAfter: runtime.threads().count });
  done();
} catch (error) {
  const { code, message } = error as { code?: string; message: string };
  say({ wrong: code === undefined ? message : `${code}: ${message}`, errorCode: code });
}
