// Run with at most 1024 descriptors, all of which it takes: a connection, an answer and a socket say what is missing.
import { closeSync, openSync } from 'node:fs';
import { memorySignaling, type RtcError, RtcRuntime } from '../../../src/index.js';
import { say } from '../../lifecycle/programs/say.js';

const rtc = RtcRuntime.acquire('app', { timeout: 3000 });
// The library has its threads, and the offer to be answered is there, before the descriptors run out.
const peer = rtc.createPeerConnection('peer');
peer.createDataChannel('chat');
const offer = await peer.offer({ gatheringTimeout: 100 });
const warnings: string[] = [];
RtcRuntime.shared.on('warning', ({ code }) => warnings.push(code));
const [near, far] = memorySignaling();
const connection = rtc.createPeerConnection('connection');
const answerer = rtc.createPeerConnection('answerer');
const socket = rtc.createWebSocket('ws://any.localhost:9/');
const refused = new Promise<RtcError>((resolve) => socket.on('error', (error) => resolve(error as RtcError)));

const taken: number[] = [];
try {
  for (;;) taken.push(openSync('/dev/null', 'r'));
} catch {} // EMFILE
const errors: Record<string, unknown> = {};
try {
  connection.createDataChannel('chat');
} catch (error) {
  errors.channel = (error as Error).message;
}
const negotiated = answerer.negotiate(far, { timeout: 20_000 });
near.send({ description: { type: 'offer', sdp: offer.sdp } });
errors.answer = await negotiated.catch(({ message }: Error) => message);
errors.socket = String(((await refused).cause as { code?: string }).code);
for (const descriptor of taken) closeSync(descriptor);
await rtc.disposeAsync();
say({ ...errors, warnings, threads: RtcRuntime.shared.threads().count });
