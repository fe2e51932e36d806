import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Child, commandFor } from '../support/child.js';

const programOf = (name: string) => fileURLToPath(new URL(`programs/${name}.ts`, import.meta.url));

/** Namespaces in which the only name server is a socket that nobody reads. */
const NAMESPACES = `
ip link set lo up && ip link add v0 type veth peer name v1 && ip addr add 10.78.0.1/24 dev v0 &&
ip link set v0 up && ip link set v1 up || exit 77
resolv=$(mktemp) && echo "nameserver 127.0.0.77" > "$resolv" && mount --bind "$resolv" /etc/resolv.conf || exit 77
hosts=$(mktemp) && echo "127.0.0.1 listed.example.org" > "$hosts" && mount --bind "$hosts" /etc/hosts || exit 77
coproc "$NODE" -e 'require("dgram").createSocket("udp4").bind(53, "127.0.0.77", () => console.log("bound"))'
silent=$COPROC_PID
read -r <&"\${COPROC[0]}" || exit 77
"$@"
code=$?
kill $silent; umount /etc/resolv.conf /etc/hosts; rm -f "$resolv" "$hosts"
exit $code`;

// Before all others, and one at a time: what is measured is the package, not how busy the machine is.
const within = (...command: string[]) => [
  ...['-n', '-m', 'chrt', '--fifo', '1', 'bash', '-c', NAMESPACES, '--'],
  ...command,
];
const environment = { NODE: process.execPath };
const possible =
  process.platform === 'linux' &&
  spawnSync('unshare', within('true'), { env: { ...process.env, ...environment } }).status === 0;

async function run(name: string, ...args: string[]) {
  const command = within(...commandFor(programOf(name)), ...args);
  const { code, lines, stderr } = await new Child('unshare', command, { environment }).ended;
  return { code, lines, stderr };
}

/** Milliseconds. */
const MOST_BLOCKED = 50;
const MOST_UNTIL_EXIT = 1000;

const SCENES = ['hosts file', 'stun', 'turn', 'ws', 'wss', 'signaling', 'given up, beside a live connection'];

describe.skipIf(!possible)('with a name server that never answers', () => {
  it('no teardown blocks the event loop or takes longer than its bound, and the process ends', async () => {
    const { code, lines, stderr } = await run('dead-name-server', 'return', ...SCENES);
    expect(code, stderr).toBe(0);
    const scenes = lines.filter((line) => 'scene' in line);
    expect(scenes.map(({ scene }) => scene)).toEqual(SCENES);
    for (const { scene, left, blocked, threads } of scenes) {
      expect(left, String(scene)).toBeLessThan(500); // the scope's bound
      expect(blocked, String(scene)).toBeLessThan(MOST_BLOCKED);
      expect(threads, String(scene)).toBe(0);
    }
    const all = Object.assign({}, ...lines) as Record<string, unknown>;
    expect(all).toMatchObject({ state: 'connected', messages: 0, asked: 0 });
    expect(all.confirmedAfter).toBeLessThan(1000);
    expect(all.told).toContain('the signaling server has not answered yet');
    expect(all.exited).toBeLessThan(MOST_UNTIL_EXIT);
  });

  it.each([
    ['process.exit', 0],
    ['SIGTERM', 143],
  ])('%s ends the process at once', async (end, exitCode) => {
    const { code, lines, stderr } = await run('dead-name-server', end, 'stun and wss');
    expect(code, stderr).toBe(exitCode);
    expect(lines.at(-1)?.exited).toBeLessThan(MOST_UNTIL_EXIT);
    expect(lines.at(-1)?.blocked).toBeLessThan(MOST_BLOCKED);
  });

  it.concurrent.each(['stun', 'ws'])(
    'the binding alone blocks the event loop for seconds: %s',
    async (scene) => {
      const { lines, stderr } = await run('dead-name-server-raw', scene);
      expect(lines.at(-1)?.blocked, stderr).toBeGreaterThan(5000);
    },
  );
});
