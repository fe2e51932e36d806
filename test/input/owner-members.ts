import { WebSocket as NativeWebSocket } from 'node-datachannel';
import type { RtcRuntime, RtcScope } from 'scoped-rtc';
import {
  argument,
  BAG,
  BOOLEAN,
  bounds,
  FUNCTION,
  NAME,
  NOTHING_OF_THESE,
  options,
  SINGLE_LINE,
  TIMEOUT,
} from './argument.js';
import { type Members, reads } from './member.js';
import {
  channelOptions,
  connectionOptions,
  runtimeOptions,
  sctpOptions,
  signalHandlerOptions,
  snapshotOptions,
  webSocketOptions,
  webSocketServerOptions,
} from './options.js';
import { makeListener } from './rig.js';

/** Made once and kept: one that is collected takes the process with it (H2). */
const spare = () => (spareSocket ??= new NativeWebSocket());
let spareSocket: NativeWebSocket | undefined;

const newScope = [argument(0, 'name', NAME), ...bounds(1, 'scope')];

export const scopeMembers: Members<RtcScope> = {
  name: reads,
  path: reads,
  disposed: reads,
  signal: reads,
  teardownTimeout: reads,
  use: {
    given: () => [null],
    // As the language's own stack: what reading the disposer throws is passed on as it is.
    wrong: [
      argument(0, 'value', {
        accepts: ['null', 'undefined', 'proxy that throws', 'array proxy that throws', 'revoked proxy'],
        and: [{ [Symbol.dispose]: 5 }],
      }),
      argument(1, 'name', NAME),
    ],
    closed: 'RTC_SCOPE_DISPOSED',
  },
  adopt: {
    given: () => [1, () => {}],
    wrong: [argument(1, 'onDispose', FUNCTION), argument(2, 'name', NAME)],
    closed: 'RTC_SCOPE_DISPOSED',
  },
  defer: {
    given: () => [() => {}],
    wrong: [argument(0, 'onDispose', FUNCTION), argument(1, 'name', NAME)],
    closed: 'RTC_SCOPE_DISPOSED',
  },
  beforeEnd: {
    given: () => [() => {}],
    wrong: [
      argument(0, 'run', FUNCTION),
      ...options(1, 'beforeEnd() options', { timeout: TIMEOUT, name: NAME }),
    ],
    closed: 'RTC_SCOPE_DISPOSED',
  },
  move: { live: async (scope) => scope.fork('moved').move().disposeAsync(), closed: 'RTC_SCOPE_DISPOSED' },
  fork: {
    wrong: [...newScope, ...options(1, 'scope options', { inTurn: BOOLEAN })],
    live: (scope) => scope.fork('forked', { timeout: 1000 }).disposeAsync(),
    closed: 'RTC_SCOPE_DISPOSED',
  },
  run: {
    given: () => [() => 1],
    wrong: [argument(0, 'body', FUNCTION)],
    live: (scope) => scope.fork('run').run(() => 1),
    closed: 'RTC_SCOPE_DISPOSED',
  },
  disposeAsync: { live: false, closed: 'works' },
  createPeerConnection: {
    wrong: [argument(0, 'name', NAME), ...options(1, 'config', connectionOptions)],
    live: (scope) => scope.createPeerConnection().close(),
    closed: 'RTC_SCOPE_DISPOSED',
  },
  createWebSocket: {
    given: ({ server }) => [`ws://127.0.0.1:${server.port}/`],
    wrong: [
      {
        ...argument(0, 'url', { accepts: [] }),
        and: [
          'http://127.0.0.1/',
          'ws://user:password@127.0.0.1/',
          'ws://127.0.0.1/#part',
          'ws://127.0.0.1:0/',
          `ws://127.0.0.1/${'x'.repeat(100_000)}`,
        ],
      },
      ...options(1, 'options', webSocketOptions),
    ],
    // Nobody listens there: the server of the rig would keep a socket for a moment longer.
    live: (scope) => scope.createWebSocket('ws://127.0.0.1:9/').close(),
    closed: 'RTC_SCOPE_DISPOSED',
  },
  createWebSocketServer: {
    given: () => [{ port: 0, bindAddress: '127.0.0.1' }],
    wrong: options(0, 'options', webSocketServerOptions),
    live: (scope) => scope.createWebSocketServer({ port: 0, bindAddress: '127.0.0.1' }).close(),
    closed: 'RTC_SCOPE_DISPOSED',
  },
  createIceUdpMuxListener: {
    given: () => [9, '127.0.0.1'], // refused in every test: nothing is bound to it
    wrong: [argument(0, 'port', { accepts: [], and: [65_536] }), argument(1, 'address', SINGLE_LINE)],
    live: async (scope) => (await makeListener(scope)).close(),
    closed: 'RTC_SCOPE_DISPOSED',
  },
  adoptNative: {
    given: () => [spare()],
    wrong: [
      argument(0, 'native', { accepts: [] }),
      ...options(1, 'options', { ...channelOptions, name: NAME }),
    ],
    live: (scope) => scope.adoptNative(new NativeWebSocket()).close({ timeout: 0 }),
    closed: 'RTC_SCOPE_DISPOSED',
  },
  [String(Symbol.asyncDispose)]: { live: false, closed: 'works' },
  'Symbol(Symbol.toStringTag)': { closed: 'works', free: true },
  'Symbol(nodejs.util.inspect.custom)': reads,
};

const listening = {
  given: () => ['leak', () => {}],
  wrong: [argument(0, 'event', { accepts: [] }), argument(1, 'listener', FUNCTION)],
  live: (runtime: RtcRuntime) => runtime.subscribe('leak', () => {}).unsubscribe(),
  closed: 'works',
} as const;

const EVENT = argument(0, 'event', { accepts: [] });
const ofEvent = { given: () => ['leak'], wrong: [EVENT], closed: 'works' } as const;

export const runtimeMembers: Members<RtcRuntime> = {
  path: { ...reads, free: true },
  scope: {
    wrong: newScope,
    live: (runtime) => runtime.scope('another').disposeAsync(),
    closed: 'works',
  },
  state: reads,
  generation: reads,
  cleanups: reads,
  snapshot: {
    wrong: options(0, 'options', snapshotOptions),
    live: (runtime) => void runtime.snapshot({ details: true }),
    closed: 'works',
  },
  trace: reads,
  inspect: reads,
  threads: { closed: 'works', free: true },
  on: listening,
  once: listening,
  off: listening,
  addListener: listening,
  removeListener: listening,
  prependListener: listening,
  prependOnceListener: listening,
  removeAllListeners: { ...ofEvent, wrong: [argument(0, 'event', NOTHING_OF_THESE)] },
  emit: { given: () => ['leak', []], wrong: [EVENT], closed: 'works' },
  eventNames: reads,
  listenerCount: ofEvent,
  listeners: ofEvent,
  rawListeners: ofEvent,
  getMaxListeners: { ...reads, free: true },
  setMaxListeners: { given: () => [5], closed: 'works', free: true },
  subscribe: listening,
  preload: { live: (runtime) => runtime.preload(), closed: 'works' },
  setSctpSettings: {
    given: () => [{}],
    wrong: [
      argument(0, 'settings', { ...BAG, accepts: ['empty object', 'object without prototype'] }),
      ...options(0, 'settings', sctpOptions),
    ],
    closed: 'works',
  },
  setLogger: {
    given: () => [undefined],
    wrong: [
      argument(0, 'logger', { accepts: ['undefined', ...FUNCTION.accepts] }),
      argument(1, 'level', { accepts: ['undefined'], and: ['warning', 'None'] }),
    ],
    closed: 'works',
  },
  shutdown: { wrong: bounds(0, 'shutdown()'), live: false, closed: 'works' },
  installSignalHandlers: {
    wrong: options(0, 'options', signalHandlerOptions),
    live: (runtime) => runtime.installSignalHandlers({ signals: ['SIGUSR2'] })[Symbol.dispose](),
    closed: 'works',
  },
  'Symbol(nodejs.util.inspect.custom)': reads,
};

export const newScopeArguments = newScope;
export const runtimeArguments = options(0, 'options', runtimeOptions);
