// A handler that throws inside a native callback, with the firewall between.
import { guardCallback } from '../../../src/native/firewall.js';
import { loadBinding } from '../../../src/native/load.js';

const mode = process.argv[2];
const { PeerConnection, cleanup } = loadBinding();
const thrown =
  mode === 'frozen' ? Object.freeze(new Error('from the handler')) : new Error('from the handler');
const pc = new PeerConnection('a', { iceServers: [] });
let channel: { close(): void } | undefined; // held until it is closed (H2)
if (mode !== 'exit') {
  process.on('uncaughtException', (error) => {
    console.log(`same ${error === thrown} path ${(error as { rtcPath?: string }).rtcPath}`);
    channel?.close();
    pc.close();
    cleanup();
  });
}
let calls = 0;
pc.onGatheringStateChange(
  guardCallback(
    () => 'app/a',
    () => {
      calls += 1;
      if (calls === 1) throw thrown;
    },
  ),
);
channel = pc.createDataChannel('x');
