import {
  type PeerConnection,
  RtcRuntime,
  type RtcScope,
  type Signaling,
  webSocketSignaling,
} from 'scoped-rtc';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SignalingServer, startSignalingServer } from '../../../src/signaling/server/index.js';
import { within } from '../../support/event.js';
import { expectConversation, channelOf } from '../conversation.js';

const RUNS = 100;
const AT_ONCE = 10;
let server: SignalingServer;

beforeAll(async () => {
  server = await startSignalingServer({ port: 0, host: '127.0.0.1' });
});

afterAll(() => server.stop());

describe('offers that cross on their way through the server', () => {
  it(`end connected in ${RUNS} of ${RUNS} runs, the channels of both sides open`, async () => {
    await using rtc = RtcRuntime.acquire('glare');
    let crossed = 0;
    for (let run = 0; run < RUNS; run += AT_ONCE) {
      const runs = Array.from({ length: AT_ONCE }, (_, index) => cross(rtc, run + index));
      crossed += (await Promise.all(runs)).filter((types) => types === 'answer,offer').length;
    }
    expect(crossed).toBe(RUNS);
  }, 90_000);
});

/** Two peers that both offer before either is notified of the other; the types of their local descriptions in the end. */
async function cross(rtc: RtcScope, run: number): Promise<string> {
  await using scope = rtc.fork(`run-${run}`);
  const [alice, bob] = [peer(scope, run, 'alice'), peer(scope, run, 'bob')];
  const incoming = [channelOf(bob.connection), channelOf(alice.connection)] as const;
  const near = [alice.connection.createDataChannel('a'), bob.connection.createDataChannel('b')] as const;
  // Neither is notified of the other before both have made their offer.
  const [left, right] = [held(alice.signaling), held(bob.signaling)];
  const negotiating = [alice.connection.negotiate(left), bob.connection.negotiate(right)];
  await within(Promise.all([left.offered, right.offered]), 'both offers');
  left.release();
  right.release();
  await within(Promise.all(negotiating), `run ${run}`);
  await expectConversation(near[0], await incoming[0]);
  await expectConversation(near[1], await incoming[1]);
  const types = [alice, bob].map(({ connection }) => connection.localDescription()?.type);
  return types.sort().join();
}

function peer(
  scope: RtcScope,
  run: number,
  name: string,
): { connection: PeerConnection; signaling: Signaling } {
  const connection = scope.createPeerConnection(name, { bindAddress: '127.0.0.1' });
  const socket = scope.createWebSocket(`ws://127.0.0.1:${server.port}/`, { name: `${name}-socket` });
  return { connection, signaling: webSocketSignaling(socket, { room: `run-${run}`, peer: name }) };
}

/** The same signaling; what comes in waits for `release`. `offered` resolves when an offer was sent. */
function held(signaling: Signaling): Signaling & { readonly offered: Promise<void>; release(): void } {
  let offered = () => {};
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  return {
    offered: new Promise((resolve) => {
      offered = resolve;
    }),
    release: () => release(),
    send(message) {
      if ('description' in message && message.description.type === 'offer') offered();
      return signaling.send(message);
    },
    subscribe: (onMessage, onClosed) =>
      signaling.subscribe((message) => void released.then(() => onMessage(message)), onClosed),
    close: () => signaling.close(),
    usedBy: (connection) => signaling.usedBy?.(connection),
  };
}
