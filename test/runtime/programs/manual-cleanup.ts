// Scopes beside other code that uses the raw binding; the argument names them.
import { type DataChannel as RawChannel, PeerConnection as RawConnection } from 'node-datachannel';
import { RtcRuntime } from '../../../src/index.js';
import { LOOPBACK, openChannel } from '../../lifecycle/programs/link.js';
import { mainDone, say } from '../../lifecycle/programs/say.js';

const kept: unknown[] = [];

/** Two raw connections with a channel, as the neighbour would make them. */
async function neighbour(): Promise<{ connection: RawConnection; near: RawChannel; far: RawChannel }> {
  const a = new RawConnection('raw-a', { iceServers: [], ...LOOPBACK });
  const b = new RawConnection('raw-b', { iceServers: [], ...LOOPBACK });
  const held: (() => void)[] = [];
  // No candidate before both have the other's description: see `link`.
  const deliver = () => {
    if (a.remoteDescription() !== null) for (const add of held.splice(0)) add();
  };
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    from.onStateChange(() => {});
    from.onLocalDescription((sdp, type) => {
      to.setRemoteDescription(sdp.replace('a=setup:actpass', 'a=setup:active'), type);
      deliver();
    });
    from.onLocalCandidate((candidate, mid) => {
      held.push(() => to.addRemoteCandidate(candidate, mid));
      deliver();
    });
  }
  const arriving = new Promise<RawChannel>((resolve) => b.onDataChannel(resolve));
  const near = a.createDataChannel('raw');
  await new Promise<void>((resolve) => near.onOpen(() => resolve()));
  const far = await arriving;
  kept.push(a, b, near, far);
  return { connection: a, near, far };
}

const ways: Record<string, () => Promise<void>> = {
  manual,
  emptyScope,
};

async function manual(): Promise<void> {
  const runtime = new RtcRuntime({ cleanup: 'manual' });
  const { connection, near, far } = await neighbour();
  {
    await using rtc = runtime.scope('app');
    const ours = await openChannel(
      rtc.createPeerConnection('near', LOOPBACK),
      rtc.createPeerConnection('far', LOOPBACK),
    );
    await ours.near.send('ours');
  }
  const { held } = runtime.snapshot().natives;
  say({ afterScope: { cleanups: runtime.cleanups, held, state: connection.state() } });

  const answer = new Promise((resolve) => far.onMessage(resolve));
  near.sendMessage('still here');
  say({ answer: await answer });

  for (const native of kept as { close(): void }[]) native.close();
  await runtime.shutdown();
  say({ afterShutdown: { cleanups: runtime.cleanups, threads: runtime.threads().names } });
}

/** One scope that uses the library, and gives it back; then the neighbour, and a scope that makes nothing. */
async function emptyScope(): Promise<void> {
  await RtcRuntime.acquire('first').run((rtc) => void rtc.createPeerConnection('pc', LOOPBACK));
  const { near, far } = await neighbour();
  await RtcRuntime.acquire('second').run(() => {});
  const answer = new Promise((resolve) => far.onMessage(resolve));
  near.sendMessage('still here');
  say({ answer: await answer, cleanups: RtcRuntime.shared.cleanups });
  for (const native of kept as { close(): void }[]) native.close();
  await RtcRuntime.acquire('third').run((rtc) => void rtc.createPeerConnection('pc', LOOPBACK));
  say({ threads: RtcRuntime.shared.threads().names });
}

const [way = ''] = process.argv.slice(2);
await ways[way]?.();
mainDone();
