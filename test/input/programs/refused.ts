// The calls that end the process with the raw binding, all in one process; prints how each ended.
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { type PeerConnection, RtcRuntime, type RtcScope } from 'scoped-rtc';

const long = 'x'.repeat(100_000);

const ended = (call: () => unknown): string => {
  try {
    call();
    return 'accepted';
  } catch (error) {
    const { name, code } = error as { name: string; code?: string };
    return code ?? name;
  }
};

async function inWorker(): Promise<string> {
  const worker = new Worker(new URL('./worker-entry.mjs', import.meta.url), {
    workerData: { program: import.meta.url },
  });
  const answer = new Promise<string>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  const exited = new Promise((resolve) => worker.once('exit', resolve));
  const result = await answer;
  await exited;
  return result;
}

async function main(scope: RtcScope): Promise<Record<string, string>> {
  const on = (call: (pc: PeerConnection) => unknown) =>
    ended(() => call(scope.createPeerConnection('pc', { disableAutoNegotiation: true })));
  return {
    'answer without an offer': on((pc) => pc.setLocalDescription('answer')),
    'offer of nothing': on((pc) => pc.setLocalDescription('offer')),
    'description of no known type': on((pc) => pc.setLocalDescription('bogus' as 'offer')),
    'credentials that are no ICE characters': on((pc) => {
      pc.createDataChannel('x');
      pc.setLocalDescription('offer', { iceUfrag: 'a b', icePwd: 'c' });
    }),
    'credentials of a connection that gathers': on((pc) => {
      pc.createDataChannel('x');
      pc.setLocalDescription('offer');
      pc.setLocalDescription('rollback');
      pc.setLocalDescription('offer', { iceUfrag: 'abcdefgh', icePwd: 'x'.repeat(24) });
    }),
    'long URL of an ICE server': ended(() =>
      scope.createPeerConnection('long', { iceServers: [`stun:${long}`] }),
    ),
    'long URL of a WebSocket': ended(() => scope.createWebSocket(`ws://127.0.0.1:9/${long}`)),
    'second thread': await inWorker(),
  };
}

if (isMainThread) {
  const results = await RtcRuntime.acquire('refused').run(main);
  console.log(JSON.stringify({ results, held: RtcRuntime.shared.snapshot().natives.held }));
} else {
  const scope = RtcRuntime.acquire('worker');
  parentPort?.postMessage(ended(() => scope.createPeerConnection('pc')));
  await scope.disposeAsync();
}
