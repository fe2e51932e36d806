/**
 * One side of a simple-peer connection in a process of its own. Signals over the IPC channel of `fork`, through the
 * parent. `throw`: ends by an exception in the middle.
 */
import { RtcRuntime } from 'scoped-rtc';
import SimplePeer from 'simple-peer';
import { scopedWebRTC } from '../../../src/compat/w3c/index.js';

const [role, end] = process.argv.slice(2);
const say = (line: object) => process.send?.(line);

process.on('exit', (code) => {
  const { count } = RtcRuntime.shared.threads();
  process.stdout.write(`${JSON.stringify({ cleanups: RtcRuntime.shared.cleanups, threads: count, code })}\n`);
});

const scope = RtcRuntime.acquire('app');
scope
  .run(async () => {
    const wrtc = scopedWebRTC(scope) as never;
    const peer = new SimplePeer({ initiator: role === 'initiator', wrtc, config: { iceServers: [] } });
    const received: string[] = [];
    const done = new Promise<void>((resolve, reject) => {
      peer.on('signal', (signal) => say({ signal }));
      process.on('message', (signal) => {
        if (!peer.destroyed) peer.signal(signal as SimplePeer.SignalData);
      });
      say({ ready: true });
      peer.on('error', reject);
      peer.on('close', resolve);
      peer.on('connect', () => {
        for (let i = 0; i < 100; i++) peer.send(`${role} ${i}`);
      });
      peer.on('data', (data: Uint8Array) => {
        received.push(Buffer.from(data).toString());
        if (received.length !== 100) return;
        process.stdout.write(`${JSON.stringify({ first: received[0], last: received[99] })}\n`);
        if (end === 'throw') reject(new Error('thrown in the middle'));
        else if (role === 'initiator') peer.send('end');
      });
      peer.on('data', (data: Uint8Array) => {
        if (Buffer.from(data).toString() === 'end') peer.destroy();
      });
    });
    await done;
  })
  .catch((error: unknown) => {
    process.stdout.write(`${JSON.stringify({ failed: String(error) })}\n`);
    process.exitCode = 3;
  })
  .finally(() => process.disconnect?.());
