// The peer opens a channel and fills it while this event loop is busy, which then ends the connection, or the process, before it is given the channel.
import { memorySignaling, RtcRuntime } from '../../../src/index.js';
import { altered } from '../../support/altered-signaling.js';
import { rawConnection } from '../../messages/raw-connection.js';
import { mainDone } from '../../lifecycle/programs/say.js';

/** More than the library keeps of a channel that nobody reads (H17). */
const MESSAGES = 3000;
const BUSY_MS = 200;

const cell = new Int32Array(new SharedArrayBuffer(4));
const rtc = RtcRuntime.acquire('app');
const [one, other] = memorySignaling();
const [, , how, stack] = process.argv;
/** As a peer with another library would be seen, which cannot be asked. */
const seen = stack === 'other' ? altered(one, (sdp) => sdp.replace('o=rtc ', 'o=- ')) : one;
const ours = rtc.createPeerConnection('alice', { bindAddress: '127.0.0.1' });
const taken = new Promise<void>((resolve) =>
  ours.on('dataChannel', (channel) => void channel.close().then(resolve)),
);
const negotiated = ours.negotiate(seen);
const { pc } = await rawConnection(rtc, 'raw', other);
await Promise.all([negotiated, taken]);

const flood = pc.createDataChannel('flood');
while (!flood.isOpen()) Atomics.wait(cell, 0, 0, 1); // at most until the end of this program
for (let n = 0; n < MESSAGES; n++) flood.sendMessage('x');
Atomics.wait(cell, 0, 0, BUSY_MS);
if (how === 'exit') process.exit(3);
if (how === 'throw') throw new Error('thrown on purpose');
await (how === 'abort' ? ours.abort() : ours.close());
flood.close();
await rtc.disposeAsync();
mainDone();
