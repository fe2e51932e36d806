import { type AnyHandle, type CloseInfo, RtcRuntime } from '../../../src/index.js';
import { compared, type Leftovers, leftovers } from '../../support/nothing-left.js';
import type { Bench, Reach, Reached } from './bench.js';
import type { Cell, Kind, State } from './cells.js';
import { channelStates, connectionStates } from './connection-states.js';
import { serverStates, socketStates } from './socket-states.js';

const STATES_OF: Record<Kind, Record<State, Reach>> = {
  PeerConnection: connectionStates,
  DataChannel: channelStates,
  WebSocket: socketStates,
  WebSocketServer: serverStates,
};

export interface CellResult {
  readonly cell: string;
  /** What went wrong in the cell itself. */
  readonly error?: string;
  readonly hasHandle?: boolean;
  readonly by?: string;
  readonly reason?: string | undefined;
  /** How often the handle said that it closed. */
  readonly closeEvents?: number;
  /** How often the library was cleaned up. */
  readonly cleanups?: number;
  readonly runtimeState?: string;
  readonly left?: Leftovers;
  readonly warnings?: readonly string[];
  readonly ms?: number;
}

const boom = new Error('an exception in the body');

/** Reaches the state, ends it and looks at what is left. One generation of the shared runtime. */
export async function runCell(cell: Cell): Promise<CellResult> {
  const name = nameOf(cell);
  const runtime = RtcRuntime.shared;
  const started = performance.now();
  const before = leftovers();
  const cleanups = runtime.cleanups;
  const warnings: string[] = [];
  using _warnings = runtime.subscribe('warning', ({ code, message }) => warnings.push(`${code} ${message}`));
  try {
    const ended = await within(end(cell), 12_000);
    const left = await compared(before);
    return {
      cell: name,
      ...ended,
      cleanups: runtime.cleanups - cleanups,
      runtimeState: runtime.state,
      left,
      warnings,
      ms: Math.round(performance.now() - started),
    };
  } catch (error) {
    await runtime.shutdown({ timeout: 0 }).catch(() => {});
    return { cell: name, error: String((error as Error).stack ?? error), warnings };
  }
}

export function nameOf({ kind, state, ender }: Cell): string {
  return `${kind} ${state}, by ${ender}`;
}

async function end({ kind, state, ender }: Cell) {
  const root = RtcRuntime.acquire('app');
  const peers = RtcRuntime.acquire('peers');
  const controller = new AbortController();
  const undo: (() => unknown)[] = [];
  const bench: Bench = {
    scope: ender === 'its owner' ? root.fork('branch') : root,
    peers,
    signal: controller.signal,
    byCallback: ender === 'its own callback',
    later: (step) => void undo.push(step),
  };
  let closeEvents = 0;
  let handle: AnyHandle | undefined;
  const reach = async (): Promise<Reached> => {
    const reached = await STATES_OF[kind][state](bench);
    handle = reached.handle;
    // A handle that has closed already said so before anybody here could listen.
    if (handle?.state === 'closed') closeEvents++;
    handle?.on('close', () => closeEvents++);
    return reached;
  };
  if (ender === 'an exception in the body') {
    const body = async () => {
      await reach();
      throw boom;
    };
    await root.run(body).then(
      () => Promise.reject(new Error('the exception did not come out of the scope')),
      (error) => (error === boom ? undefined : Promise.reject(error)),
    );
  } else {
    const reached = await reach();
    if (ender === 'the caller') await handle?.close();
    else if (ender === 'an abort signal') controller.abort(boom);
    else if (ender === 'its owner')
      await (reached.owner ? reached.owner.close() : bench.scope.disposeAsync());
    else if (ender === 'the scope') await root.disposeAsync();
  }
  const info = handle ? await (handle as AnyHandle).closed({ timeout: 10_000 }) : undefined;
  await root.disposeAsync();
  await peers.disposeAsync();
  for (const step of undo.reverse()) await step();
  return { hasHandle: handle !== undefined, closeEvents, ...(info ? reported(info) : {}) };
}

function reported({ by, reason }: CloseInfo): { by: string; reason: string | undefined } {
  if (reason === boom) return { by, reason: 'boom' };
  return { by, reason: (reason as { code?: string } | undefined)?.code };
}

async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`took longer than ${ms} ms\n${RtcRuntime.shared.inspect()}`)),
      ms,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
