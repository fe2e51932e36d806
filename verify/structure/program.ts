// The measured process: one end of each connection; the other ends are in processes of their own.
import { writeSync } from 'node:fs';
import { RtcRuntime } from '../../src/index.js';
import { unannounced } from '../../test/support/altered-signaling.js';
import { nextEvent } from '../../test/support/event.js';
import { PeerProcess } from '../soak/peer-process.js';
import { Coverage } from './coverage.js';
import type { Operation, Ran } from './bounds.js';

await using ours = new PeerProcess();
await using other = new PeerProcess('unannounced');
await Promise.all([ours.ready(), other.ready()]);
using coverage = await Coverage.start();
const ran: Partial<Record<Operation, Ran>> = {};

// The first round loads modules and natives, so that the second one measures the operations alone.
for (const peer of [ours, other, ours, other]) await measure(peer);
writeSync(1, `${JSON.stringify({ ran })}\n`);

async function measure(peer: PeerProcess): Promise<void> {
  const scope = RtcRuntime.acquire('measured');
  const pc = scope.createPeerConnection('pc', { bindAddress: '127.0.0.1' });
  const first = pc.createDataChannel('first');
  using ipc = peer.signaling();
  const signaling = peer === ours ? ipc : unannounced(ipc);
  const negotiated = await coverage.of(() => pc.negotiate(signaling));
  const second = pc.createDataChannel('second');
  await Promise.all([first.opened(), second.opened()]);
  const answers = [nextEvent(first, 'message'), nextEvent(second, 'message')];
  const sent = await coverage.of(() => first.send('hello'));
  await second.send('hello');
  await Promise.all(answers);
  const closed = await coverage.of(() => second.close());
  const ended = await coverage.of(() => scope.disposeAsync());
  if (peer === other) ran['close() of a channel, any other peer'] = closed;
  else {
    ran.send = sent;
    ran['close() of a channel, peer with this package'] = closed;
    ran['negotiate()'] = negotiated;
    ran['end of a scope'] = ended;
  }
}
