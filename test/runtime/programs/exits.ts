// One process that ends in the way the argument names, under traffic. Counts the cleanups of the library.
import diagnostics from 'node:diagnostics_channel';
import { RtcRuntime } from '../../../src/index.js';
import { queuedClient } from '../../../verify/hazards/support/queued-client.js';
import { LOOPBACK, openChannel } from '../../lifecycle/programs/link.js';
import { mainDone, say } from '../../lifecycle/programs/say.js';
import { threadsAfterExit } from '../../lifecycle/programs/threads-after-exit.js';

const [way = ''] = process.argv.slice(2);
const runtime = RtcRuntime.shared;
runtime.on('leak', (open) => say({ leak: open }));
diagnostics.subscribe('scoped-rtc:runtime:cleanup', () => say({ announced: runtime.cleanups }));

/** A pair with messages flying in both directions, until it is closed. */
async function traffic(name: string) {
  const rtc = RtcRuntime.acquire(name);
  const connection = rtc.createPeerConnection('near', LOOPBACK);
  const { near: a, far: b } = await openChannel(connection, rtc.createPeerConnection('far', LOOPBACK));
  let received = 0;
  a.on('message', (message) => {
    received++;
    if (b.state === 'open') void a.send(message).catch(() => {});
  });
  b.on('message', (message) => {
    received++;
    if (a.state === 'open') void b.send(message).catch(() => {});
  });
  for (let n = 0; n < 20; n++) void a.send('x'.repeat(1000));
  while (received < 200) await new Promise((resolve) => setImmediate(resolve));
  return { rtc, connection };
}

/** What is left when the process has ended. Added after the runtime's own listener, so it sees what that did. */
function reportAtExit(...others: RtcRuntime[]): void {
  process.on('exit', () => {
    const cleanups = [runtime, ...others].reduce((sum, each) => sum + each.cleanups, 0);
    say({ cleanups, threads: threadsAfterExit(runtime) });
  });
}

function makeSomething(): void {
  RtcRuntime.acquire('late').createPeerConnection('pc', LOOPBACK).createDataChannel('chat');
}

function codeOf(make: () => unknown): unknown {
  try {
    make();
  } catch (error) {
    return (error as { code?: unknown }).code ?? String(error);
  }
  return undefined;
}

const ways: Record<string, () => Promise<void>> = {
  exit: async () => {
    await traffic('app');
    reportAtExit();
    process.exit(7);
  },
  serving: async () => {
    const { rtc } = await traffic('app');
    const server = rtc.createWebSocketServer({ port: 0, bindAddress: '127.0.0.1' });
    await queuedClient(server.port);
    const begun = performance.now();
    process.on('exit', () => {
      const { held } = runtime.snapshot().natives;
      say({ cleanups: runtime.cleanups, held, ms: performance.now() - begun });
    });
    process.exit(7);
  },
  // Handlers of `exit` that make something: before ours and after it, with something open and without.
  madeAtExit: async () => {
    process.on('exit', () => say({ nothingOpen: codeOf(makeSomething) }));
  },
  madeBeforeOurs: async () => {
    let make = () => {};
    process.on('exit', () => say({ before: codeOf(make) }));
    const { rtc, connection } = await traffic('app');
    make = () => {
      connection.createDataChannel('late');
      rtc.createPeerConnection('late', LOOPBACK);
    };
    reportAtExit();
    process.exit(7);
  },
  madeAfterOurs: async () => {
    const { rtc, connection } = await traffic('app');
    process.on('exit', () => {
      const afresh = codeOf(makeSomething);
      const inScope = codeOf(() => rtc.createPeerConnection('late', LOOPBACK));
      const onConnection = codeOf(() => connection.createDataChannel('late'));
      say({ afresh, inScope, onConnection });
    });
    reportAtExit();
    process.exit(7);
  },
  uncaught: async () => {
    await traffic('app');
    reportAtExit();
    setImmediate(() => {
      throw new Error('nobody catches this');
    });
    await new Promise(() => {});
  },
  unhandled: async () => {
    await traffic('app');
    reportAtExit();
    throw new Error('out of the main module');
  },
  // The block is left by the exception first, so everything is torn down in order.
  unwound: async () => {
    const { rtc } = await traffic('app');
    reportAtExit();
    await using _scope = rtc;
    throw new Error('out of the block');
  },
  twoRoots: async () => {
    await traffic('one');
    await traffic('two');
    reportAtExit();
    process.exit(0);
  },
  twoRuntimes: async () => {
    const own = new RtcRuntime();
    await traffic('app');
    const rtc = own.scope('own');
    rtc.createPeerConnection('pc', LOOPBACK).createDataChannel('chat');
    reportAtExit(own);
    process.exit(0);
  },
  signalHandlers: async () => {
    const { rtc } = await traffic('app');
    rtc.defer(() => say({ tornDown: true }));
    runtime.installSignalHandlers();
    reportAtExit();
    say({ ready: true });
    await new Promise(() => {});
  },
  signalOptions: async () => {
    const { rtc } = await traffic('app');
    rtc.defer(() => say({ tornDown: true }));
    runtime.installSignalHandlers({
      exitCode: 3,
      onShutdown: async (signal) => {
        await new Promise((resolve) => setTimeout(resolve, 10));
        say({ onShutdown: signal, disposed: rtc.disposed });
        throw new Error('printed, and not in the way');
      },
    });
    reportAtExit();
    say({ ready: true });
    await new Promise(() => {});
  },
  signalHangs: async () => {
    const { rtc } = await traffic('app');
    rtc.defer(() => say({ tornDown: true }));
    runtime.installSignalHandlers({ timeout: 1000, onShutdown: () => new Promise(() => {}) });
    reportAtExit();
    say({ ready: true });
    await new Promise(() => {});
  },
  signalNoExit: async () => {
    const { rtc } = await traffic('app');
    rtc.defer(() => {
      say({ stuck: true });
      return new Promise(() => {});
    });
    runtime.installSignalHandlers({ exit: false });
    const before = runtime.subscribe('teardown', () => {
      before.unsubscribe();
      // Work of others, which the process still does.
      setTimeout(() => say({ after: true, listeners: process.listenerCount('SIGTERM') }), 50);
    });
    reportAtExit();
    say({ ready: true });
  },
  secondSignal: async () => {
    const { rtc } = await traffic('app');
    rtc.defer(() => {
      say({ stuck: true });
      return new Promise(() => {});
    });
    runtime.installSignalHandlers();
    reportAtExit();
    say({ ready: true });
    await new Promise(() => {});
  },
  signalDefault: async () => {
    await traffic('app');
    say({ ready: true });
    await new Promise(() => {});
  },
  handlersRemoved: async () => {
    const { rtc } = await traffic('app');
    const before = process.listenerCount('SIGTERM') + process.listenerCount('SIGINT');
    {
      using _handlers = runtime.installSignalHandlers();
      say({ installed: process.listenerCount('SIGTERM') + process.listenerCount('SIGINT') - before });
    }
    say({ removed: process.listenerCount('SIGTERM') + process.listenerCount('SIGINT') - before });
    await rtc.disposeAsync();
    say({ cleanups: runtime.cleanups, threads: runtime.threads().count });
    mainDone();
  },
  // A root scope is acquired while the last one is being torn down, at several points of it.
  overlapping: async () => {
    const first = await traffic('first');
    const ending = first.rtc.disposeAsync();
    const second = await traffic('second');
    await ending;
    say({ between: runtime.cleanups, state: runtime.state });
    await second.connection.close();
    await second.rtc.disposeAsync();
    say({ cleanups: runtime.cleanups, generation: runtime.generation, threads: runtime.threads().count });
    mainDone();
  },
  acquiredInDisposer: async () => {
    const { rtc } = await traffic('first');
    let second: Awaited<ReturnType<typeof traffic>> | undefined;
    rtc.defer(async () => {
      second = await traffic('second');
    });
    await rtc.disposeAsync();
    say({ between: runtime.cleanups, open: second?.connection.state });
    await second?.rtc.disposeAsync();
    say({ cleanups: runtime.cleanups, generation: runtime.generation, threads: runtime.threads().count });
    mainDone();
  },
  acquiredRightAfterCleanup: async () => {
    const { rtc } = await traffic('first');
    let second: ReturnType<typeof traffic> | undefined;
    diagnostics.subscribe('scoped-rtc:runtime:cleanup', () => {
      second ??= traffic('second');
    });
    await rtc.disposeAsync();
    const { rtc: next } = await second!;
    await next.disposeAsync();
    say({ cleanups: runtime.cleanups, generation: runtime.generation, threads: runtime.threads().count });
    mainDone();
  },
  concurrentRoots: async () => {
    const names = Array.from({ length: 8 }, (_, n) => `root-${n}`);
    await Promise.all(
      names.map(async (name) => {
        const { rtc } = await traffic(name);
        await rtc.disposeAsync();
      }),
    );
    const { cleanups, generation, state } = runtime;
    say({ same: cleanups === generation, state, threads: runtime.threads().count });
    mainDone();
  },
};

await ways[way]?.();
