import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Child, commandFor } from '../support/child.js';

const program = fileURLToPath(new URL('programs/dead-name-server.ts', import.meta.url));

/** Namespaces in which the only name server is a socket that nobody reads. */
const NAMESPACES = `
ip link set lo up && ip link add v0 type veth peer name v1 && ip addr add 10.78.0.1/24 dev v0 &&
ip link set v0 up && ip link set v1 up || exit 77
resolv=$(mktemp) && echo "nameserver 127.0.0.77" > "$resolv" && mount --bind "$resolv" /etc/resolv.conf || exit 77
coproc "$NODE" -e 'require("dgram").createSocket("udp4").bind(53, "127.0.0.77", () => console.log("bound"))'
silent=$COPROC_PID
read -r <&"\${COPROC[0]}" || exit 77
"$@"
code=$?
kill $silent; umount /etc/resolv.conf; rm -f "$resolv"
exit $code`;

const within = (...command: string[]) => ['-n', '-m', 'bash', '-c', NAMESPACES, '--', ...command];
const environment = { NODE: process.execPath };
const possible =
  process.platform === 'linux' &&
  spawnSync('unshare', within('true'), { env: { ...process.env, ...environment } }).status === 0;

describe.skipIf(!possible)('with a name server that never answers', () => {
  it.each([
    ['a teardown', 0],
    ['a live connection goes on', 0],
    ['process.exit', 0],
    ['SIGTERM', 143],
  ])('%s is not held up, and the event loop never stands still', async (what, exitCode) => {
    const command = within(...commandFor(program), what);
    const { code, lines, stderr } = await new Child('unshare', command, { environment }).ended;
    expect(code, stderr).toBe(exitCode);
    const reported = Object.assign({}, ...lines) as Record<string, number>;
    if ('threads' in reported) expect(reported.threads).toBe(0);
    if ('unconfirmed' in reported) expect(reported).toMatchObject({ state: 'connected', unconfirmed: 0 });
    // The C library's resolver would hold each of these for ten seconds.
    expect(reported.frozen).toBeLessThan(8000);
    expect(reported.endedAfter).toBeLessThan(8000);
  });
});
