import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sayLine, takeLines } from './lines.js';

/** A TURN server of its own on the loopback interface, by UDP: `coturn.ts PROGRAM`. */
const [, , program = ''] = process.argv;

const free = createSocket('udp4').bind(0, '127.0.0.1');
await once(free, 'listening');
const { port } = free.address() as AddressInfo;
await new Promise<void>((resolve) => free.close(() => resolve()));

const cwd = mkdtempSync(join(tmpdir(), 'coturn-'));
const OPTIONS =
  '-n --listening-ip=127.0.0.1 --relay-ip=127.0.0.1 --realm=test --allow-loopback-peers --no-cli --no-tls --no-dtls --no-tcp ' +
  `--lt-cred-mech --user=user:pass --pidfile=turn.pid --log-file=stdout --listening-port=${port}`;
const server = spawn(program, OPTIONS.split(' '), { cwd, stdio: 'ignore' });
const ended = once(server, 'exit');

takeLines(
  ({ id, call }) => {
    if (call === 'die') server.kill('SIGKILL');
    sayLine({ id, value: { urls: `turn:127.0.0.1:${port}`, username: 'user', credential: 'pass' } });
  },
  () => {
    server.kill('SIGKILL');
    void ended.then(() => {
      rmSync(cwd, { recursive: true, force: true });
      process.exit();
    });
  },
);
sayLine({ event: 'ready' });
