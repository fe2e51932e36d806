import { spawnSync } from 'node:child_process';

const SETUP = [
  'ip link set lo up',
  'ip link add here type veth peer name there',
  'ip addr add 10.9.0.1/24 dev here',
  'ip addr add fd09::1/64 dev here nodad',
  'ip link set here up',
  'ip link set there up',
  'ip route add 224.0.0.0/4 dev here',
  // Firefox gathers nothing where there is no way out.
  'ip route add default via 10.9.0.254',
  'ip -6 route add default via fd09::fe dev here',
];

/** A network with one address of each kind and nobody else, for as long as the block lasts. */
export interface Network extends Disposable {
  /** What a command is put behind to run in it. */
  readonly prefix: readonly string[];
  readonly description: string;
}

const ip = (...args: string[]) => spawnSync('ip', args, { encoding: 'utf8' }).status === 0;

/** Loopback and whatever the machine has where it allows no namespace: that takes root and Linux. */
function makeNetwork(number: number): Network {
  const name = `interop-${process.pid}-${number}`;
  const loopback = { prefix: [], description: "the machine's own network", [Symbol.dispose]() {} };
  if (!ip('netns', 'add', name)) return loopback;
  const prefix = ['ip', 'netns', 'exec', name];
  if (spawnSync('ip', [...prefix.slice(1), 'sh', '-ec', SETUP.join('\n')]).status !== 0) {
    ip('netns', 'del', name);
    return loopback;
  }
  return {
    prefix,
    description: 'a network namespace',
    [Symbol.dispose]: () => void ip('netns', 'del', name),
  };
}

/** One for each cell that runs at a time; the machine's own network is one for all. */
export class Networks implements Disposable {
  readonly all: readonly Network[];

  constructor(count: number) {
    const made = Array.from({ length: count }, (_, n) => makeNetwork(n));
    this.all = made[0]?.prefix.length === 0 ? made.slice(0, 1) : made;
  }

  get description(): string {
    return this.all[0]?.description ?? '';
  }

  [Symbol.dispose](): void {
    for (const network of this.all) network[Symbol.dispose]();
  }
}
