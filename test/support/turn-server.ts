import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freeUdpPort } from './free-port.js';

export interface TurnServer {
  readonly port: number;
  readonly process: ChildProcess;
  stop(): Promise<void>;
}

const OPTIONS =
  '-n --listening-ip=127.0.0.1 --relay-ip=127.0.0.1 --realm=test --allow-loopback-peers --no-cli --no-tls --no-dtls --no-tcp ' +
  '--pidfile=turn.pid --log-file=stdout';

/** coturn on the loopback interface, by UDP. `program` is its file, `accounts` its options that tell who may use it. */
export async function startTurnServer(program: string, accounts: readonly string[]): Promise<TurnServer> {
  const port = await freeUdpPort();
  const cwd = mkdtempSync(join(tmpdir(), 'turn-'));
  const options = [...OPTIONS.split(' '), `--listening-port=${port}`, ...accounts];
  const server = spawn(program, options, { cwd, stdio: 'ignore' });
  const ended = once(server, 'exit');
  return {
    port,
    process: server,
    async stop() {
      server.kill('SIGKILL');
      await ended;
      rmSync(cwd, { recursive: true, force: true });
    },
  };
}
