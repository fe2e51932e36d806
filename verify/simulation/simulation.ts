import './virtual-globals.js';
import { AIORTC, BROWSER, GSTREAMER } from '../../src/testing/fake/fake-stack.js';
import { FakeNetwork } from '../../src/testing/index.js';
import { judge, type Outcome } from './oracle.js';
import { Peer } from './peer.js';
import { HostilePeer } from './hostile-peer.js';
import { RawPeer } from './raw-peer.js';
import type { Program } from './program.js';
import type { SimulatedPeer } from './simulated-peer.js';
import { SimulatedSignaling } from './signaling.js';
import { World } from './world.js';

/** Milliseconds of the simulated clock in which everything must have ended. */
const LIMIT_MS = 120_000;

const EVENTS = ['exit', 'beforeExit', 'uncaughtExceptionMonitor', 'SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const RECEIPTS = /^a=x-scoped-rtc-.*\r\n/gm;

const withoutReceipts = (sdp: string) => sdp.replace(RECEIPTS, '');

let current: World | undefined;
process.on('uncaughtException', (error) => current?.blame(error, 'uncaught'));
process.on('unhandledRejection', (error) => current?.blame(error, 'unhandled rejection'));

/** Runs a program. The same program gives the same outcome, to the last task. Not to be called from a promise's reaction. */
export function simulate(program: Program): Outcome {
  const listening = EVENTS.map((event) => process.listeners(event as 'exit'));
  const world = new World(program.seed);
  current = world;
  const network = new FakeNetwork();
  if (program.latency > 0) network.latency = () => world.choices.next() * program.latency;
  if (program.loss > 0) network.loses = () => world.choices.chance(program.loss);
  const bob = {
    ours: () => new Peer(world, network, 'bob'),
    unannounced: () => new Peer(world, network, 'bob'),
    library: () => new RawPeer(world, network, 'bob'),
    aiortc: () => new RawPeer(world, network, 'bob', AIORTC),
    gstreamer: () => new RawPeer(world, network, 'bob', GSTREAMER),
    browser: () => new RawPeer(world, network, 'bob', BROWSER),
    hostile: () => new HostilePeer(world, network, 'bob'),
  };
  const peers: readonly [Peer, SimulatedPeer] = [
    new Peer(world, network, 'alice', program.other !== 'hostile'),
    bob[program.other](),
  ];
  const altered = program.other === 'unannounced' ? withoutReceipts : (sdp: string) => sdp;
  const signalings: SimulatedSignaling[] = [];
  let [pairs, sockets] = [0, 0];

  for (const peer of peers) world.call(peer.process, () => peer.start());
  for (const step of program.steps) {
    const needsAnother = step.does === 'acknowledged' || step.does === 'dial';
    if (needsAnother && !(peers[1] instanceof Peer)) continue; // no answer
    const peer = peers[step.who];
    if (step.does === 'connect') {
      const id = signalings.length;
      const [one, other] = SimulatedSignaling.pair(
        world,
        peer.process,
        peers[1 - step.who]!.process,
        altered,
      );
      signalings.push(one);
      const late = step.a % 2 === 0 ? 0 : step.b;
      world.at(step.at, peer.process, () => peer.connect(id, one, true));
      const second = peers[1 - step.who]!;
      world.at(step.at + late, second.process, () => second.connect(id, other, false));
    } else if (step.does === 'pair') {
      // Of two ends that do not know of each other the later one's first messages may meet no channel.
      if (program.other !== 'ours') continue;
      const [number, at] = [pairs++, step.at];
      const pair = { number, id: 200 + number, uses: 2 + (step.b % 3), messages: 1 + (step.b % 5) };
      for (const [who, each] of peers.entries()) {
        const closes = who === step.who;
        world.at(closes ? at : at + (step.b % 2) * step.a, each.process, () =>
          each.pair?.(step.a, { ...pair, closes }),
        );
      }
    } else if (step.does === 'dial') {
      const server = peers[1 - step.who]!;
      const [isEarly, number] = [step.a % 16 === 15, sockets++];
      world.at(step.at + (isEarly ? 1 : 0), server.process, () => server.sockets?.listen(step.b));
      world.at(step.at + (isEarly ? 0 : step.b % 4), peer.process, () =>
        peer.sockets?.dial(server.process.name, number, step),
      );
    } else if (step.does === 'closeTogether') {
      for (const [who, each] of peers.entries()) {
        world.at(step.at + (who === step.who ? 0 : step.b % 16), each.process, () => each.do(step));
      }
    } else if (step.does === 'kill') {
      world.at(step.at, undefined, () => {
        peer.process.kill();
        peer.binding.crash();
      });
    } else if (step.does === 'dark') {
      world.at(step.at, undefined, () => {
        network.dark = true;
        const time = { from: world.now, to: world.now + 10 + step.b * 10 };
        for (const { process } of peers) process.rough.push(time);
      });
      world.at(step.at + 10 + step.b * 10, undefined, () => {
        network.dark = false;
      });
    } else if (step.does === 'repeatSignals' || step.does === 'cutSignals') {
      const number = step.a % signalings.length;
      const signaling = signalings[number];
      world.at(step.at, undefined, () => {
        if (step.does === 'cutSignals') {
          const time = { from: world.now, to: Number.POSITIVE_INFINITY };
          peer.process.rough.push({ ...time, connection: `c${number}` });
          signaling?.cut();
        } else signaling?.repeat(1 + (step.b % 6));
      });
    } else world.at(step.at, peer.process, () => peer.do(step));
  }
  for (const [who, at] of program.ends.entries()) {
    const peer = peers[who]!;
    world.at(at, peer.process, () => peer.dispose());
  }
  const how = world.run(() => peers.every((peer) => peer.ended), LIMIT_MS);
  // What was left to do when the last scope had ended must come to rest by itself.
  if (how === 'ended') world.run(() => false, world.now + 1000);
  current = undefined;
  // A process that was killed has left its own behind.
  for (const [n, event] of EVENTS.entries()) {
    for (const listener of process.listeners(event as 'exit')) {
      if (!listening[n]!.includes(listener)) process.off(event, listener);
    }
  }
  return judge(program, world, peers, how);
}
