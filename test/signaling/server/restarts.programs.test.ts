import { type DataChannel, RtcRuntime, type RtcScope, webSocketSignaling } from 'scoped-rtc';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nextEvent, until, within } from '../../support/event.js';
import { expectConversation } from '../conversation.js';
import { bundledServer, ServerProcess } from './server-process.js';
import { talkThrough } from './talk.js';

const MESSAGES = 10_000;
const RESTARTS = 20;
const LIMITS = ['--messages-per-second', '1000000', '--burst', '1000000'];
const SOON = { first: 20, longest: 200 };

let bundle: Awaited<ReturnType<typeof bundledServer>>;
let server: ServerProcess;

beforeAll(async () => {
  bundle = await bundledServer();
  server = await ServerProcess.start(bundle.file, '--port', '0', '--host', '127.0.0.1', ...LIMITS);
});

afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await bundle[Symbol.asyncDispose]();
});

/** SIGKILL: the server has no chance to say or keep anything. */
async function restart(): Promise<void> {
  const { port } = server;
  await server.kill('SIGKILL');
  server = await ServerProcess.start(bundle.file, '--port', `${port}`, '--host', '127.0.0.1', ...LIMITS);
}

function join(rtc: RtcScope, room: string, peer: string) {
  return webSocketSignaling(
    () => rtc.createWebSocket(`ws://127.0.0.1:${server.port}/`, { name: `${peer}-socket` }),
    {
      room,
      peer,
      reconnect: SOON,
      retransmit: SOON,
    },
  );
}

describe('a server that is killed and started again', () => {
  it(`${MESSAGES} messages through ${RESTARTS} restarts arrive exactly once and in order, both ways`, async () => {
    await using rtc = RtcRuntime.acquire('restarts');
    await using alice = join(rtc, 'restarts', 'alice');
    await using bob = join(rtc, 'restarts', 'bob');
    const arrived = await talkThrough([alice.channel, bob.channel], MESSAGES, RESTARTS, restart);
    const expected = Array.from({ length: MESSAGES / 2 }, (_, n) => n);
    expect(arrived).toEqual([expected, expected]);
  });

  it('the server is killed when the offer is on its way: the connection comes up all the same', async () => {
    await using rtc = RtcRuntime.acquire('negotiation');
    const [left, right] = [join(rtc, 'negotiation', 'alice'), join(rtc, 'negotiation', 'bob')];
    await until(() => left.remotePeer === 'bob' && right.remotePeer === 'alice', 'both in the room');
    const config = { bindAddress: '127.0.0.1' };
    const [alice, bob] = [rtc.createPeerConnection('alice', config), rtc.createPeerConnection('bob', config)];
    const near = alice.createDataChannel('chat');
    const far = nextEvent<[DataChannel]>(bob, 'dataChannel');
    const offering = alice.negotiate(left);
    await until(() => left.channel.pending > 0, 'the offer'); // nobody takes it yet
    await restart();
    await Promise.all([offering, bob.negotiate(right)]);
    await expectConversation(near, (await far)[0]);
    // Made after the connections, and torn down after them all the same: that order moved to the new sockets.
    const { cleanups } = RtcRuntime.shared;
    const report = await reportOf(() => rtc.disposeAsync());
    const order = report.map(({ path }) => path.replace('negotiation/', ''));
    for (const peer of ['alice', 'bob']) {
      const [channel, connection, socket] = ['/chat', '', '-socket'].map((end) => order.indexOf(peer + end));
      expect(channel).toBeGreaterThanOrEqual(0);
      expect(connection).toBeGreaterThan(channel as number);
      expect(socket).toBeGreaterThan(connection as number);
    }
    await until(() => RtcRuntime.shared.cleanups === cleanups + 1, 'the cleanup');
  });
});

async function reportOf(ending: () => Promise<void>) {
  const reported = new Promise<readonly { path: string; kind: string }[]>((resolve) => {
    const subscription = RtcRuntime.shared.subscribe('teardown', (report, path) => {
      if (path !== 'negotiation') return; // a channel that its peer closed has a report of its own
      subscription[Symbol.dispose]();
      resolve(report);
    });
  });
  await ending();
  return within(reported, 'the report');
}
