import type { RtcConfig, WebSocketServerConfiguration } from 'node-datachannel';
import type { NativeBinding, NativeWebSocketConfig } from '../../native/binding.js';
import { CallbackQueue } from './callback-queue.js';
import { checkFakeOptions, type FakeBindingOptions } from './fake-options.js';
import type { FakeAbort, FakeHost, FakeViolation, HostedNative, LiveNative } from './fake-host.js';
import { FakeIceUdpMuxListener } from './fake-ice-udp-mux-listener.js';
import { FakePeerConnection } from './fake-peer-connection.js';
import { FakeWebSocket } from './fake-web-socket.js';
import { FakeWebSocketServer } from './fake-web-socket-server.js';
import { blockEventLoop, type FakeKind, type FaultOptions, FaultPlan } from './faults.js';
import { FakeNetwork } from './fake-network.js';
import { processScheduler } from './fake-scheduler.js';
import { LIBDATACHANNEL } from './fake-stack.js';
import { NativeLoop } from './native-loop.js';

/** About what one SCTP association holds before its messages wait in `bufferedAmount` (H7), in bytes. */
const DEFAULT_SEND_BUFFER_SIZE = 1024 * 1024;

/** A binding in memory that records what the real one would answer with an abort, a hang or a crash. */
export interface FakeBinding extends NativeBinding {
  readonly IceUdpMuxListener: new (port: number, address?: string) => FakeIceUdpMuxListener;
  readonly faults: FaultOptions;
  /** Exceptions that would have ended the process (H9, H10). */
  readonly aborts: readonly FakeAbort[];
  /** Misuse that the real library answers with a hang: something unreleased at cleanup (H6), a frozen close (H17). */
  readonly violations: readonly FakeViolation[];
  /** Natives whose `close()` or `stop()` was not called yet. */
  readonly live: readonly LiveNative[];
  /** Calls of `cleanup()` that did not throw, those of other code included. */
  readonly cleanups: number;
  /** Natives made so far, of each kind. */
  readonly created: Readonly<Record<FakeKind, number>>;
  /** Other code in the process calls the library's cleanup (H21). */
  foreignCleanup(): void;
  /**
   * The process that uses this binding dies, as by SIGKILL: its connections say nothing more, which their peers notice
   * after 14 seconds, and its sockets are closed by its system.
   */
  crash(): void;
  /** Sends a line to the callback given to `initLogger`. */
  log(level: Parameters<NativeBinding['initLogger']>[0], message: string): void;
}

/** Makes a stand-in for node-datachannel that never opens a socket or a thread. */
export function createFakeBinding(options: FakeBindingOptions = {}): FakeBinding {
  const checked = checkFakeOptions(options);
  const { faults = {} } = checked;
  const scheduler = checked.scheduler ?? processScheduler;
  const loop = new NativeLoop(scheduler);
  const hosted = new Set<HostedNative>();
  const aborts: FakeAbort[] = [];
  const violations: FakeViolation[] = [];
  const hooks = new Set<{ before: () => void; after: () => void }>();
  const created = {
    PeerConnection: 0,
    DataChannel: 0,
    WebSocket: 0,
    WebSocketServer: 0,
    IceUdpMuxListener: 0,
  };
  const owing = new Set<HostedNative>();
  let letProcessGo: (() => void) | undefined;
  const holdWhileOpen = () => {
    if (owing.size > 0) letProcessGo ??= scheduler.hold?.();
    else {
      letProcessGo?.();
      letProcessGo = undefined;
    }
  };
  let cleanups = 0;
  let logger: CallbackQueue | undefined;

  const host: FakeHost = {
    loop,
    faults: new FaultPlan(faults, checked.seed ?? 1),
    sendBufferSize: checked.sendBufferSize ?? DEFAULT_SEND_BUFFER_SIZE,
    network: checked.network ?? new FakeNetwork(),
    get running() {
      return scheduler.running;
    },
    stack: checked.stack ?? LIBDATACHANNEL,
    arrived: (channel, data) => scheduler.arrived?.(channel, data),
    nextId: (kind) => {
      created[kind] += 1;
      return created[kind];
    },
    host: (native) => {
      hosted.add(native);
      owing.add(native);
      holdWhileOpen();
    },
    unhost: (native) => {
      owing.delete(native);
      holdWhileOpen();
    },
    aborted: (abort) => aborts.push(abort),
    violated: (violation) => violations.push(violation),
    queue: ({ kind, id }, where, handler) =>
      new CallbackQueue(loop, handler, (error) => aborts.push({ kind, id, where, error })),
  };

  function cleanup(): void {
    blockEventLoop(faults.cleanupBlocksMs ?? 0);
    for (const { kind, id, name, nativeState } of owing) {
      const what = name === '' ? kind : `${kind} "${name}"`;
      violations.push({
        kind,
        id,
        reason: `${what} was ${nativeState} and never closed when cleanup ran (H6)`,
      });
    }
    const kept = [...owing].filter((native) => native.kind === 'IceUdpMuxListener');
    const failing = faults.cleanupThrows;
    if (failing !== undefined && failing !== false) {
      throw new Error(
        failing === true ? 'libdatachannel error# cleanup timeout (possible deadlock)' : failing,
      );
    }
    for (const native of hosted) native.shutDown();
    for (const native of hosted) native.abortCallbacks();
    loop.clear();
    logger = undefined;
    hosted.clear();
    owing.clear();
    holdWhileOpen();
    for (const native of kept) host.host(native);
    cleanups += 1;
  }

  return {
    PeerConnection: class extends FakePeerConnection {
      constructor(name: string, config: RtcConfig) {
        super(host, name, config);
      }
    },
    WebSocket: class extends FakeWebSocket {
      constructor(config?: NativeWebSocketConfig) {
        super(host, config);
      }
    },
    WebSocketServer: class extends FakeWebSocketServer {
      constructor(config: WebSocketServerConfiguration) {
        super(host, config);
      }
    },
    IceUdpMuxListener: class extends FakeIceUdpMuxListener {
      constructor(port: number, address?: string) {
        super(host, port, address);
      }
    },
    cleanup,
    initLogger(_level, callback) {
      if (typeof callback !== 'function') throw new TypeError('Function expected');
      logger?.abort();
      logger = new CallbackQueue(loop, callback, (error) =>
        aborts.push({ kind: 'binding', id: 0, where: 'initLogger', error }),
      );
    },
    preload() {},
    setSctpSettings(settings) {
      if (typeof settings !== 'object' || settings === null)
        throw new TypeError('Configuration (Object) expected');
    },
    getLibraryVersion: () => '0.24.5',
    onForeignCleanup(before, after) {
      const hook = { before, after };
      hooks.add(hook);
      return () => hooks.delete(hook);
    },
    foreignCleanup() {
      for (const hook of [...hooks]) hook.before();
      cleanup();
      for (const hook of [...hooks]) hook.after();
    },
    crash() {
      for (const native of hosted) native.vanish();
      loop.clear();
      letProcessGo?.();
    },
    log(level, message) {
      logger?.push(() => [level, message]);
    },
    faults,
    aborts,
    violations,
    get live() {
      return [...owing].map(({ kind, id, name, nativeState: state }) => ({ kind, id, name, state }));
    },
    get cleanups() {
      return cleanups;
    },
    created,
  };
}
