import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Child, commandFor } from '../support/child.js';

const program = fileURLToPath(new URL('programs/dead-name-server.ts', import.meta.url));

/** Namespaces in which the only name server is a socket that nobody reads, and nobody has the addresses of one name. */
const NAMESPACES = `
ip link set lo up && ip link add v0 type veth peer name v1 && ip addr add 10.78.0.1/24 dev v0 &&
ip link set v0 up && ip link set v1 up || exit 77
resolv=$(mktemp) && echo "nameserver 127.0.0.77" > "$resolv" && mount --bind "$resolv" /etc/resolv.conf || exit 77
hosts=$(mktemp) && printf '%s\\n' "127.0.0.1 listed.example.org" "10.78.0.2 dead.example.org" "10.78.0.3 dead.example.org" > "$hosts" && mount --bind "$hosts" /etc/hosts || exit 77
coproc "$NODE" -e 'require("dgram").createSocket("udp4").bind(53, "127.0.0.77", () => console.log("bound"))'
silent=$COPROC_PID
read -r <&"\${COPROC[0]}" || exit 77
"$@"
code=$?
kill $silent; umount /etc/resolv.conf /etc/hosts; rm -f "$resolv" "$hosts"
exit $code`;

const within = (...command: string[]) => ['-n', '-m', 'bash', '-c', NAMESPACES, '--', ...command];
const environment = { NODE: process.execPath };
const possible =
  process.platform === 'linux' &&
  spawnSync('unshare', within('true'), { env: { ...process.env, ...environment } }).status === 0;

async function run(...args: string[]) {
  const command = within(...commandFor(program), ...args);
  const { code, lines, stderr } = await new Child('unshare', command, { environment }).ended;
  return { code, lines, stderr };
}

/** Milliseconds; the C library's resolver holds each of these for ten seconds. How far below it they stay is no test. */
const MOST = 5000;

const SCENES = [
  'hosts file',
  'dead addresses',
  'stun',
  'turn',
  'ws',
  'wss',
  'signaling',
  'given up, beside a live connection',
];

describe.skipIf(!possible)('with a name server that never answers', () => {
  it('no teardown blocks the event loop or waits for a name, and the process ends', async () => {
    const { code, lines, stderr } = await run('return', ...SCENES);
    expect(code, stderr).toBe(0);
    const scenes = lines.filter((line) => 'scene' in line);
    expect(scenes.map(({ scene }) => scene)).toEqual(SCENES);
    for (const { scene, left, blocked, threads } of scenes) {
      expect(left, String(scene)).toBeLessThan(MOST);
      expect(blocked, String(scene)).toBeLessThan(MOST);
      expect(threads, String(scene)).toBe(0);
    }
    const all = Object.assign({}, ...lines) as Record<string, unknown>;
    expect(all).toMatchObject({ state: 'connected', messages: 0, asked: 0 });
    expect(all.confirmedAfter).toBeLessThan(MOST);
    expect(all.dead).toContain('no answer from 10.78.0.2, 10.78.0.3');
    expect(all.told).toContain('the signaling server has not answered yet');
    expect(all.exited).toBeLessThan(MOST);
  });

  it.each([
    ['process.exit', 0],
    ['SIGTERM', 143],
  ])('%s ends the process at once', async (end, exitCode) => {
    const { code, lines, stderr } = await run(end, 'stun and wss');
    expect(code, stderr).toBe(exitCode);
    expect(lines.at(-1)?.exited).toBeLessThan(MOST);
    expect(lines.at(-1)?.blocked).toBeLessThan(MOST);
  });
});
