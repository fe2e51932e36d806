// Other code in the process calls the library's cleanup at the moment that the argument names (H21).
import { cleanup } from 'node-datachannel';
import { type AnyHandle, type CloseInfo, type DataChannel, RtcRuntime } from '../../../src/index.js';
import { freeUdpPort } from '../../support/free-port.js';
import { compared, leftovers } from '../../support/nothing-left.js';
import { incoming, LOOPBACK, link, openChannel } from '../../lifecycle/programs/link.js';
import { mainDone, say } from '../../lifecycle/programs/say.js';

const [moment = ''] = process.argv.slice(2);
const runtime = RtcRuntime.shared;
const warnings: string[] = [];
runtime.on('warning', ({ code }) => warnings.push(code));
const before = leftovers();
const watched: { path: string; handle: AnyHandle; closes: number; errors: number }[] = [];

function watch<T extends AnyHandle>(handle: T): T {
  const entry = { path: handle.path, handle: handle as AnyHandle, closes: 0, errors: 0 };
  handle.on('close', () => entry.closes++);
  handle.on('error', () => entry.errors++);
  watched.push(entry);
  return handle;
}

const rtc = runtime.scope('app');
const connection = (name: string) => watch(rtc.createPeerConnection(name, LOOPBACK));

async function pair() {
  const near = connection('near');
  const far = connection('far');
  const channels = await openChannel(near, far);
  watch(channels.near);
  watch(channels.far);
  return { nearConnection: near, farConnection: far, ...channels };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

const received = (channel: DataChannel) => new Promise((resolve) => channel.once('message', resolve));

const moments: Record<string, () => Promise<void>> = {
  new: async () => {
    connection('near');
    watch(rtc.createWebSocketServer({ port: 0, bindAddress: '127.0.0.1' }));
    watch(rtc.createWebSocket('ws://127.0.0.1:9/'));
    watch(rtc.createIceUdpMuxListener(await freeUdpPort(), '127.0.0.1'));
    cleanup();
  },
  gathering: async () => {
    const near = connection('near');
    watch(near.createDataChannel('chat'));
    cleanup();
  },
  connecting: async () => {
    const near = connection('near');
    const far = connection('far');
    link(near, far);
    const connecting = new Promise<void>((resolve) => {
      near.on('stateChange', (state) => state === 'connecting' && resolve());
    });
    watch(near.createDataChannel('chat'));
    await connecting;
    cleanup();
  },
  open: async () => {
    await pair();
    const server = watch(rtc.createWebSocketServer({ port: 0, bindAddress: '127.0.0.1' }));
    // One that is still to be handed over would hold up the library's cleanup, and nothing can be waited for then (H24).
    const handedOver = new Promise((resolve) => server.once('connection', resolve));
    const socket = watch(rtc.createWebSocket(`ws://127.0.0.1:${server.port}/`));
    await Promise.all([socket.opened({ timeout: 10_000 }), handedOver]);
    cleanup();
  },
  sending: async () => {
    const { near, far } = await pair();
    for (let n = 0; n < 5000; n++) near.trySend('x'.repeat(1000));
    await received(far);
    cleanup();
  },
  waiting: async () => {
    const { near } = await pair();
    near.highWaterMark = 1;
    // More than can leave while cleanup() runs, also on a busy machine.
    for (let n = 0; n < 400; n++) void near.send(Buffer.alloc(200_000));
    const outcome = near.send('the last one').then(
      () => 'sent',
      (error: { code?: string }) => error.code,
    );
    cleanup();
    say({ send: await outcome });
  },
  draining: async () => {
    const { near, nearConnection } = await pair();
    for (let n = 0; n < 2000; n++) void near.send('x'.repeat(1000));
    void nearConnection.close();
    await turn();
    cleanup();
  },
  handler: async () => {
    const { near, far } = await pair();
    const called = new Promise<void>((resolve) => {
      far.once('message', () => {
        cleanup();
        resolve();
      });
    });
    await near.send('now');
    await called;
  },
  stateHandler: async () => {
    const near = connection('near');
    const far = connection('far');
    link(near, far);
    const called = new Promise<void>((resolve) => {
      near.on('stateChange', (state) => {
        if (state !== 'connected') return;
        cleanup();
        resolve();
      });
    });
    watch(near.createDataChannel('chat'));
    await called;
  },
  teardown: async () => {
    await pair();
    const ending = rtc.disposeAsync();
    await turn();
    cleanup();
    await ending;
  },
  disposer: async () => {
    await pair();
    rtc.defer(() => cleanup());
    await rtc.disposeAsync();
  },
  peerClosed: async () => {
    const { farConnection } = await pair();
    await farConnection.close();
    cleanup();
  },
  channelClosedByPeer: async () => {
    const { far, near } = await pair();
    await far.send('last words');
    void far.close();
    await received(near);
    cleanup();
  },
  incoming: async () => {
    const near = connection('near');
    const far = connection('far');
    link(near, far);
    const arriving = incoming(far);
    watch(near.createDataChannel('chat'));
    watch(await arriving);
    cleanup();
  },
  twice: async () => {
    await pair();
    cleanup();
    cleanup();
  },
  after: async () => {
    await pair();
    await rtc.disposeAsync();
    cleanup();
  },
};

const infos = (): Promise<CloseInfo[]> =>
  Promise.all(watched.map(({ handle }) => handle.closed({ timeout: 8000 })));

await moments[moment]?.();
const ends = await infos();
say({
  handles: watched.map(({ path, closes, errors }, at) => {
    const { by, reason } = ends[at] as CloseInfo;
    return { path, closes, errors, by, reason: (reason as { code?: string } | undefined)?.code };
  }),
});
await rtc.disposeAsync();
{
  await using again = runtime.scope('again');
  const channels = await openChannel(
    again.createPeerConnection('near', LOOPBACK),
    again.createPeerConnection('far', LOOPBACK),
  );
  const arrived = received(channels.far);
  await channels.near.send('the next acquire works');
  say({ again: await arrived });
}
const { state } = runtime;
say({ state, warnings, left: await compared(before) });
mainDone();
