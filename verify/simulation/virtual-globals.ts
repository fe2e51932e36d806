/**
 * Replaces what a program reads time, chance and the machine from by those of the world that is being simulated. Imported
 * before everything else: some modules keep the functions that they find when they are loaded.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';

/** A process of the simulated world, as far as its timers go. */
export interface VirtualTime {
  readonly now: number;
  /** Lets time pass while code runs that waits for it in a loop. */
  spend(ms: number): void;
  random(): number;
  timer(ms: number, run: () => void, every?: number): VirtualTimer;
  turn(run: () => void): VirtualTimer;
}

/** Stands for `NodeJS.Timeout` and `NodeJS.Immediate`. */
export class VirtualTimer {
  cancelled = false;

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return false;
  }

  [Symbol.dispose](): void {
    this.cancelled = true;
  }
}

const real = {
  setTimeout: globalThis.setTimeout,
  setInterval: globalThis.setInterval,
  setImmediate: globalThis.setImmediate,
  clear: globalThis.clearTimeout,
  clearImmediate: globalThis.clearImmediate,
  now: performance.now.bind(performance),
  bigint: process.hrtime.bigint,
  dateNow: Date.now,
  random: Math.random,
  wait: Atomics.wait,
  randomUUID: crypto.randomUUID.bind(crypto),
  networkInterfaces: os.networkInterfaces,
  readdir: fs.readdirSync as (...args: unknown[]) => unknown,
  stat: fs.statSync as (...args: unknown[]) => unknown,
};

/** For the simulator itself. */
export const realNow = real.now;
export const realTurn = real.setImmediate;

let world: VirtualTime | undefined;

/** Whose time and chance hold from now on; the real ones for `undefined`. */
export function enter(next: VirtualTime | undefined): void {
  world = next;
}

/** Each look at the clock takes this many milliseconds, so that a loop that waits for a time ends. */
const LOOK_MS = 0.001;
/** 2026-01-01, so that dates look like dates. */
const EPOCH_MS = 1_767_225_600_000;

type Call = (...args: never[]) => unknown;

function bind(run: Call, args: unknown[]): () => void {
  return args.length === 0 ? (run as () => void) : () => void run(...(args as never[]));
}

function clear(timer: unknown): void {
  if (timer instanceof VirtualTimer) timer.cancelled = true;
  else real.clear(timer as NodeJS.Timeout);
}

const virtual = {
  setTimeout: (run: Call, ms = 0, ...args: unknown[]) =>
    world ? world.timer(ms, bind(run, args)) : real.setTimeout(bind(run, args), ms),
  setInterval: (run: Call, ms = 0, ...args: unknown[]) =>
    world ? world.timer(ms, bind(run, args), ms) : real.setInterval(bind(run, args), ms),
  setImmediate: (run: Call, ...args: unknown[]) =>
    world ? world.turn(bind(run, args)) : real.setImmediate(bind(run, args)),
  clearTimeout: clear,
  clearInterval: clear,
  clearImmediate(timer: unknown): void {
    if (timer instanceof VirtualTimer) timer.cancelled = true;
    else real.clearImmediate(timer as NodeJS.Immediate);
  },
};
Object.assign(globalThis, virtual);
performance.now = () => {
  if (!world) return real.now();
  world.spend(LOOK_MS);
  return world.now;
};
process.hrtime.bigint = () => (world ? BigInt(Math.round(performance.now() * 1e6)) : real.bigint());
Date.now = () => (world ? EPOCH_MS + Math.floor(world.now) : real.dateNow());
Math.random = () => (world ? world.random() : real.random());
crypto.randomUUID = () => {
  if (!world) return real.randomUUID();
  const digits = Array.from({ length: 32 }, () => Math.floor(Math.random() * 16).toString(16)).join('');
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-8${digits.slice(17, 20)}-${digits.slice(20)}`;
};
Atomics.wait = ((...args: Parameters<typeof Atomics.wait>) => {
  if (!world) return real.wait(...args);
  world.spend(args[3] ?? 0);
  return 'timed-out';
}) as typeof Atomics.wait;

/** The machine of every simulated process: two networks, no hosts file, and no threads of a library that is not there. */
const INTERFACES = {
  lo: [
    {
      ...{ address: '127.0.0.1', netmask: '255.0.0.0', family: 'IPv4' },
      ...{ mac: '00:00:00:00:00:00', internal: true, cidr: '127.0.0.1/8' },
    },
  ],
  eth0: [
    {
      ...{ address: '192.0.2.1', netmask: '255.255.255.0', family: 'IPv4' },
      ...{ mac: '02:00:00:00:00:01', internal: false, cidr: '192.0.2.1/24' },
    },
  ],
} as NodeJS.Dict<os.NetworkInterfaceInfo[]>;
os.networkInterfaces = () => (world ? INTERFACES : real.networkInterfaces());
Object.assign(fs, {
  readdirSync: (...args: unknown[]) => (world && args[0] === '/proc/self/task' ? [] : real.readdir(...args)),
  statSync(...args: unknown[]) {
    if (world && args[0] === '/etc/hosts') throw new Error('a simulated process has no hosts file');
    return real.stat(...args);
  },
});
syncBuiltinESMExports();
