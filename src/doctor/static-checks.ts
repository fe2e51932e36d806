import { isMainThread } from 'node:worker_threads';
import { assertRtcThread } from '../native/thread-guard.js';
import type { Check } from './check.js';
import type { Installation } from './installation.js';

/** The oldest version of Node.js that works, as in `engines` of package.json. */
const OLDEST_NODE = [20, 9] as const;

export function packageCheck({ own }: Installation): Check {
  return { id: 'package', title: 'scoped-rtc', status: 'ok', detail: own, data: { version: own } };
}

export function nodeCheck({ node }: Installation): Check {
  const [major = 0, minor = 0] = node.slice(1).split('.').map(Number);
  const enough = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  const base = { id: 'node', title: 'Node', detail: node, data: { version: node } };
  return enough
    ? { ...base, status: 'ok' }
    : { ...base, status: 'fail', mend: `Use Node ${OLDEST_NODE.join('.')} or newer.` };
}

export function bindingCheck(installation: Installation): Check {
  const { binding, platform, platformPackage, addon } = installation;
  const base = { id: 'binding', title: 'Binding', data: { binding, platform, platformPackage, addon } };
  if (binding === undefined) {
    const detail = 'node-datachannel is not installed';
    return { ...base, status: 'fail', detail, mend: 'npm install node-datachannel' };
  }
  if (addon !== undefined)
    return { ...base, status: 'ok', detail: `node-datachannel ${binding} on ${platform}` };
  if (platformPackage === undefined) {
    return {
      ...base,
      status: 'fail',
      detail: `node-datachannel ${binding} has no package for ${platform}`,
      mend: 'Build node-datachannel from source (see its README), or use a platform for which it is published.',
    };
  }
  return {
    ...base,
    status: 'fail',
    detail: `node-datachannel ${binding} is installed, but ${platformPackage}, its package for this platform, is missing`,
    mend:
      'Install on this machine, with optional dependencies: remove node_modules, then `npm install` without ' +
      '--omit=optional or --no-optional. A lockfile from another platform may leave the package out: create it anew.',
  };
}

/** Checks this thread before anything is loaded in it. */
export function threadCheck(): Check {
  const here = isMainThread ? 'main thread' : 'worker thread';
  const base = { id: 'thread', title: 'Thread', data: { isMainThread } };
  try {
    assertRtcThread();
  } catch {
    return {
      ...base,
      status: 'fail',
      detail: `this is a ${here}, and another thread of this process has loaded node-datachannel`,
      mend:
        'Only one thread of a process can ever use it: make connections in that thread and pass messages to it, or use a child ' +
        'process.',
    };
  }
  if (isMainThread) return { ...base, status: 'ok', detail: 'main thread' };
  return {
    ...base,
    status: 'warn',
    detail: 'a worker thread; no other thread of this process has loaded node-datachannel',
    mend: 'This worker can be the one RTC thread, as long as no other thread ever loads node-datachannel.',
  };
}

export function usingCheck(): Check {
  const syntax = compiles('{ using nothing = null; }');
  const stack = 'AsyncDisposableStack' in globalThis;
  const symbol = Symbol.asyncDispose !== undefined;
  const data = { syntax, symbol, stack };
  const base = { id: 'using', title: '`using`', data };
  if (!symbol) {
    return { ...base, status: 'fail', detail: 'no Symbol.asyncDispose', mend: 'Use Node 20.9 or newer.' };
  }
  const detail = syntax
    ? 'this Node has it'
    : 'not in this Node: compile it with TypeScript 5.2 or esbuild, or use `scope.run()` or try/finally';
  return { ...base, status: 'ok', detail };
}

function compiles(code: string): boolean {
  try {
    new Function(code);
    return true;
  } catch {
    return false;
  }
}
