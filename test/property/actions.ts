import fc from 'fast-check';
import { type AnyHandle, type PeerConnection, RtcError, type RtcScope } from 'scoped-rtc';
import type { TreeModel } from './tree-model.js';

/** What is done while the tree is built; numbers choose among what there is, modulo its count. */
export type Action =
  | { do: 'fork'; scope: number; inTurn: boolean; timeout: number | undefined }
  | { do: 'forkWithSignal'; scope: number }
  | { do: 'entry'; scope: number; how: EntryKind; pick: number }
  | { do: 'connection'; scope: number }
  | { do: 'pair'; scope: number; other: number }
  | { do: 'channel'; connection: number; messages: number }
  | { do: 'server'; scope: number; clients: number }
  | { do: 'mux'; scope: number }
  | { do: 'depend'; a: number; b: number }
  | { do: 'closeWith'; a: number; b: number }
  | { do: 'settle'; turns: number }
  | { do: 'close' | 'abort'; handle: number }
  | { do: 'dispose' | 'move'; scope: number };

const ENTRY_KINDS = ['sync', 'async', 'throws', 'rejects', 'never', 'ownScope', 'closes'] as const;
type EntryKind = (typeof ENTRY_KINDS)[number];

const pick = fc.nat({ max: 50 });

export const actions = (entries: readonly EntryKind[] = ENTRY_KINDS): fc.Arbitrary<Action[]> =>
  fc.array(
    fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({
          do: fc.constant('fork' as const),
          scope: pick,
          inTurn: fc.boolean(),
          timeout: fc.constantFrom(undefined, 0, 300, Number.POSITIVE_INFINITY),
        }),
      },
      fc.record({ do: fc.constant('forkWithSignal' as const), scope: pick }),
      {
        weight: 4,
        arbitrary: fc.record({
          do: fc.constant('entry' as const),
          scope: pick,
          how: fc.constantFrom(...entries),
          pick,
        }),
      },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('connection' as const), scope: pick }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('pair' as const), scope: pick, other: pick }) },
      {
        weight: 3,
        arbitrary: fc.record({
          do: fc.constant('channel' as const),
          connection: pick,
          messages: fc.nat({ max: 3 }),
        }),
      },
      fc.record({ do: fc.constant('server' as const), scope: pick, clients: fc.nat({ max: 3 }) }),
      fc.record({ do: fc.constant('mux' as const), scope: pick }),
      { weight: 3, arbitrary: fc.record({ do: fc.constant('depend' as const), a: pick, b: pick }) },
      fc.record({ do: fc.constant('closeWith' as const), a: pick, b: pick }),
      { weight: 2, arbitrary: fc.record({ do: fc.constant('settle' as const), turns: fc.nat({ max: 30 }) }) },
      fc.record({ do: fc.constantFrom('close' as const, 'abort' as const), handle: pick }),
      fc.record({ do: fc.constantFrom('dispose' as const, 'move' as const), scope: pick }),
    ),
    { maxLength: 24, size: 'max' },
  );

export interface ActionHost {
  readonly model: TreeModel;
  readonly controllers: AbortController[];
  /** Lets the natives do what they have to do. */
  settle(turns: number): Promise<void>;
  nextPort(): number;
}

/** Does one action; what the tree refuses because it is ending is no failure. */
export async function perform(action: Action, host: ActionHost): Promise<void> {
  try {
    await PERFORM[action.do](action as never, host);
  } catch (error) {
    const code = (error as { code?: string }).code ?? '';
    const refused = error instanceof RtcError || error instanceof ReferenceError;
    if (!refused || !REFUSALS.has(code)) throw error;
  }
}

const REFUSALS = new Set([
  'RTC_CLOSED',
  'RTC_CLOSING',
  'RTC_ABORTED',
  'RTC_SCOPE_DISPOSED',
  'RTC_INVALID_STATE',
]);

const PERFORM: { [K in Action['do']]: (action: Extract<Action, { do: K }>, host: ActionHost) => unknown } = {
  fork({ scope, inTurn, timeout }, { model }) {
    const name = `fork${model.scopes.length}`;
    const options = timeout === undefined ? { inTurn } : { inTurn, timeout };
    const fork = model.addScope(at(model.scopes, scope)!.fork(name, options));
    if (inTurn) model.inTurn.add(fork.path);
  },
  forkWithSignal({ scope }, { model, controllers }) {
    const controller = new AbortController();
    const fork = at(model.scopes, scope)!.fork(`signal${model.scopes.length}`, { signal: controller.signal });
    model.addScope(fork);
    controllers.push(controller);
    const { path } = fork;
    controller.signal.addEventListener('abort', () => {
      const current = model.scopes.find((each) => each.path === path)!; // it may have been moved
      model.ends.push(quiet(current.disposeAsync()));
    });
  },
  entry({ scope, how, pick: index }, { model }) {
    const owner = at(model.scopes, scope)!;
    if (owner.disposed) return;
    if (how === 'throws' || how === 'rejects') model.addFailingEntry(owner, how === 'rejects');
    else model.addEntry(owner, disposer(how, owner, at(model.handles, index), model));
  },
  connection({ scope }, { model }) {
    addConnection(model, at(model.scopes, scope)!);
  },
  pair({ scope, other }, { model }) {
    const a = addConnection(model, at(model.scopes, scope)!);
    const b = addConnection(model, at(model.scopes, other)!);
    wire(a, b);
    wire(b, a);
    addChannel(model, a, 0);
  },
  channel({ connection, messages }, { model }) {
    const owner = at(model.connections, connection);
    if (owner) addChannel(model, owner, messages);
  },
  server({ scope, clients }, host) {
    const { model } = host;
    const name = `server${model.handles.length}`;
    const server = at(model.scopes, scope)!.createWebSocketServer({
      name,
      port: 0,
      bindAddress: '127.0.0.1',
    });
    model.handles.push(server);
    for (let n = 0; n < clients; n++) {
      const owner = at(model.scopes, scope + n)!;
      const socket = owner.createWebSocket(`ws://127.0.0.1:${server.port}/`, {
        name: `socket${model.handles.length}`,
      });
      model.handles.push(socket);
      socket.send('hello').catch(() => {});
    }
  },
  mux({ scope }, host) {
    host.model.handles.push(at(host.model.scopes, scope)!.createIceUdpMuxListener(host.nextPort()));
  },
  depend({ a, b }, { model }) {
    const [dependent, on] = [at(model.handles, a), at(model.handles, b)];
    if (!dependent || !on) return;
    dependent.dependsOn(on);
    model.addDependency(dependent.path, on.path);
  },
  closeWith({ a, b }, { model }) {
    const [first, second] = [at(model.handles, a), at(model.handles, b)];
    first?.on('close', () => void model.ends.push(quiet(second!.close())));
  },
  settle({ turns }, host) {
    return host.settle(turns);
  },
  close({ handle }, { model }) {
    const closing = at(model.handles, handle)?.close();
    if (closing) model.ends.push(quiet(closing));
  },
  abort({ handle }, { model }) {
    at(model.handles, handle)?.abort(new Error('aborted by the test'));
  },
  dispose({ scope }, { model }) {
    const fork = at(model.scopes, scope)!;
    if (fork.path.includes('/')) model.ends.push(quiet(fork.disposeAsync()));
  },
  move({ scope }, { model }) {
    const fork = at(model.scopes, scope)!;
    if (fork.path.includes('/')) model.scopes[model.scopes.indexOf(fork)] = fork.move();
  },
};

function disposer(
  how: Exclude<EntryKind, 'throws' | 'rejects'>,
  owner: RtcScope,
  handle: AnyHandle | undefined,
  model: TreeModel,
): () => unknown {
  switch (how) {
    case 'sync':
      return () => {};
    case 'async':
      return () => new Promise<void>((resolve) => setImmediate(resolve));
    case 'never':
      return () => new Promise<void>(() => {});
    case 'ownScope':
      return () => owner.disposeAsync();
    case 'closes':
      return () => {
        if (handle) model.ends.push(quiet(handle.close()));
      };
  }
}

function addConnection(model: TreeModel, scope: RtcScope): PeerConnection {
  const connection = scope.createPeerConnection(`pc${model.connections.length}`, {
    bindAddress: '127.0.0.1',
  });
  model.connections.push(connection);
  model.handles.push(connection);
  return connection;
}

function addChannel(model: TreeModel, owner: PeerConnection, messages: number): void {
  const channel = owner.createDataChannel(`channel${model.channels.length}`);
  model.channels.push(channel);
  model.handles.push(channel);
  for (let n = 0; n < messages; n++) channel.send(`message ${n}`).catch(() => {});
}

/** Gives `to` what `from` says; either may be gone by then, and offers may cross. */
function wire(from: PeerConnection, to: PeerConnection): void {
  const early: [string, string][] = [];
  let described = false;
  from.on('localDescription', (description) => {
    unlessRefused(() => {
      to.setRemoteDescription(description);
      described = true;
      for (const [candidate, mid] of early.splice(0)) to.addRemoteCandidate(candidate, mid);
    });
  });
  from.on('localCandidate', (candidate, mid) => {
    if (!described) early.push([candidate, mid]);
    else unlessRefused(() => to.addRemoteCandidate(candidate, mid));
  });
}

function unlessRefused(call: () => void): void {
  try {
    call();
  } catch (error) {
    if (!(error instanceof RtcError)) throw error;
  }
}

function at<T>(list: readonly T[], index: number): T | undefined {
  return list[index % Math.max(1, list.length)];
}

/** The same promise, whose rejection is looked at later. */
function quiet<T>(work: Promise<T>): Promise<T> {
  work.catch(() => {});
  return work;
}
