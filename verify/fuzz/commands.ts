import fc from 'fast-check';
import type { RtcScope } from '../../src/index.js';
import { call, type World } from './world.js';

/** A model of next to nothing: any call may come at any time. */
export interface Model {
  steps: number;
}

export type FuzzCommand = fc.AsyncCommand<Model, World>;

/** Bounds of the waits, so that a sequence takes milliseconds. */
const WAIT = { timeout: 200 };

/** Characters of an argument in a report; payloads have up to 70 000. */
const LONGEST_ARGUMENT = 200;

class Call implements FuzzCommand {
  readonly #name: string;
  readonly #argument: unknown;
  readonly #body: (world: World) => unknown;

  constructor(name: string, argument: unknown, body: (world: World) => unknown) {
    this.#name = name;
    this.#argument = argument;
    this.#body = body;
  }

  check(): boolean {
    return true;
  }

  async run(model: Model, world: World): Promise<void> {
    model.steps++;
    await call(this.toString(), () => this.#body(world));
  }

  toString(): string {
    return `${this.#name}(${fc.stringify(this.#argument).slice(0, LONGEST_ARGUMENT)})`;
  }
}

/** Anything that a careless caller may pass. */
const anything = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, Number.NaN, -1, 65_536, 2 ** 53, '', '\0', 'x'.repeat(70_000)),
  fc.anything({ withTypedArray: true, withBigInt: true, withDate: true, maxDepth: 2 }),
);
const at = fc.nat({ max: 50 });
const payload = fc.oneof(fc.string(), fc.uint8Array({ maxLength: 2000 }), fc.constant('x'.repeat(60_000)));

const command = <T>(name: string, argument: fc.Arbitrary<T>, body: (world: World, argument: T) => unknown) =>
  argument.map((value): FuzzCommand => new Call(name, value, (world) => body(world, value)));

/** Wrong types on purpose: the checks at run time are what is tested. */
const loosely = <T>(value: unknown): T => value as T;

const scopeOf = (world: World, index: number): RtcScope =>
  world.pick([world.scope, ...world.forks], index) ?? world.scope;

export const commands: fc.Arbitrary<FuzzCommand>[] = [
  command('pair', at, (world, i) => world.addPair(scopeOf(world, i))),
  command('fork', at, (world, i) => void world.forks.push(scopeOf(world, i).fork())),
  command('createDataChannel', fc.tuple(at, fc.string()), (world, [i, label]) => {
    const channel = world.pick(world.connections, i)?.createDataChannel(label);
    if (channel) world.channels.push(channel);
  }),
  command('createDataChannel with anything', fc.tuple(at, anything, anything), (world, [i, label, init]) => {
    const channel = world.pick(world.connections, i)?.createDataChannel(loosely(label), loosely(init));
    if (channel) world.channels.push(channel);
  }),
  command('opened', at, (world, i) => world.pick(world.channels, i)?.opened(WAIT)),
  command('send', fc.tuple(at, payload), (world, [i, data]) =>
    world.pick(world.channels, i)?.send(data, WAIT),
  ),
  command('trySend', fc.tuple(at, payload), (world, [i, data]) =>
    world.pick(world.channels, i)?.trySend(data),
  ),
  command('send anything', fc.tuple(at, anything), (world, [i, data]) =>
    world.pick([...world.channels, ...world.sockets], i)?.send(loosely(data), WAIT),
  ),
  command('iterate', at, async (world, i) => {
    const messages = world.pick([...world.channels, ...world.sockets], i)?.[Symbol.asyncIterator]();
    if (!messages) return;
    await Promise.race([messages.next(), new Promise((resolve) => setTimeout(resolve, 5))]);
    await messages.return?.();
  }),
  command('highWaterMark', fc.tuple(at, anything), (world, [i, mark]) => {
    const channel = world.pick(world.channels, i);
    if (channel) channel.highWaterMark = loosely(mark);
  }),
  command('setLocalDescription', fc.tuple(at, anything, anything), (world, [i, type, init]) =>
    world.pick(world.connections, i)?.setLocalDescription(loosely(type), loosely(init)),
  ),
  command(
    'setLocalDescription as it should be',
    fc.tuple(at, fc.constantFrom('offer', 'answer', 'pranswer', 'rollback', 'unspec')),
    (world, [i, type]) => world.pick(world.connections, i)?.setLocalDescription(loosely(type)),
  ),
  command('setRemoteDescription', fc.tuple(at, at), (world, [i, j]) => {
    const description = world.pick(world.connections, j)?.localDescription();
    if (description) world.pick(world.connections, i)?.setRemoteDescription(description);
  }),
  command('setRemoteDescription with anything', fc.tuple(at, anything, anything), (world, [i, sdp, type]) =>
    world.pick(world.connections, i)?.setRemoteDescription(loosely(sdp), loosely(type)),
  ),
  command('addRemoteCandidate', fc.tuple(at, anything, anything), (world, [i, candidate, mid]) =>
    world.pick(world.connections, i)?.addRemoteCandidate(loosely(candidate), loosely(mid)),
  ),
  command(
    'createPeerConnection with anything',
    fc.tuple(at, anything, anything),
    (world, [i, name, config]) => {
      world.connections.push(scopeOf(world, i).createPeerConnection(loosely(name), loosely(config)));
    },
  ),
  command('createWebSocketServer', at, (world, i) => {
    const server = scopeOf(world, i).createWebSocketServer({ port: 0, bindAddress: '127.0.0.1' });
    server.on('connection', (socket) => void world.sockets.push(socket));
    world.servers.push(server);
  }),
  command('createWebSocket', fc.tuple(at, at), (world, [i, j]) => {
    const server = world.pick(world.servers, j);
    // Without a server there is a port that refuses.
    const port = server?.state === 'open' ? server.port : 1;
    world.sockets.push(scopeOf(world, i).createWebSocket(`ws://127.0.0.1:${port}/`));
  }),
  command('createWebSocket with anything', fc.tuple(at, anything), (world, [i, options]) => {
    world.sockets.push(scopeOf(world, i).createWebSocket('ws://127.0.0.1:1/', loosely(options)));
  }),
  command('createWebSocket to anywhere', fc.tuple(at, anything), (world, [i, url]) => {
    if (typeof url === 'string' && URL.canParse(url)) return; // stay on this machine
    world.sockets.push(scopeOf(world, i).createWebSocket(loosely(url)));
  }),
  command('dependsOn', fc.tuple(at, at), (world, [i, j]) => {
    const other = world.pick(world.handles, j);
    if (other) world.pick(world.handles, i)?.dependsOn(other);
  }),
  command('close', fc.tuple(at, fc.boolean()), (world, [i, wait]) => {
    const closing = world.pick(world.handles, i)?.close(wait ? WAIT : { timeout: 0 });
    return wait ? closing : undefined;
  }),
  command('close with anything', fc.tuple(at, anything), (world, [i, options]) =>
    world.pick(world.handles, i)?.close(loosely(options)),
  ),
  command('abort', fc.tuple(at, anything), (world, [i, reason]) =>
    world.pick(world.handles, i)?.abort(reason),
  ),
  command('dispose fork', at, (world, i) => world.pick(world.forks, i)?.disposeAsync()),
  command('look', at, (world, i) => {
    const pc = world.pick(world.connections, i);
    return [
      pc?.connectionState,
      pc?.iceState,
      pc?.signalingState,
      pc?.localDescription(),
      pc?.remoteDescription(),
    ];
  }),
  command('turn', fc.nat({ max: 10 }), (_world, ms) => new Promise((resolve) => setTimeout(resolve, ms))),
];
