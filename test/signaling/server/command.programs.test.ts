import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { makeCertificate } from '../../support/certificate.js';
import { runChild } from '../../support/child.js';
import { until, within } from '../../support/event.js';
import { freePort } from '../../support/free-port.js';
import { Client } from './client.js';
import { bundledServer, runServer, ServerProcess } from './server-process.js';

let bundle: Awaited<ReturnType<typeof bundledServer>>;
let folder: string;

beforeAll(async () => {
  bundle = await bundledServer();
  folder = await mkdtemp(join(tmpdir(), 'scoped-rtc-'));
});

afterAll(async () => {
  await bundle?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

describe('scoped-rtc-signaling', () => {
  it('serves TLS with the files it is given, and on SIGTERM notifies its peers and ends by itself', async () => {
    const { certificate, key } = await makeCertificate();
    const [cert, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    await writeFile(cert, certificate);
    await writeFile(keyFile, key);
    await using server = await ServerProcess.start(
      bundle.file,
      '--port',
      '0',
      '--cert',
      cert,
      '--key',
      keyFile,
    );
    const socket = new WebSocket(`wss://localhost:${server.port}/`, { ca: certificate });
    const reported: unknown[] = [];
    socket.on('message', (data) => {
      const message = JSON.parse(String(data)) as object;
      reported.push(message);
      if ('stop' in message) socket.send('{"stopped":true}');
    });
    await until(() => socket.readyState === WebSocket.OPEN, 'the socket');
    socket.send('{"join":{"room":"a","peer":"alice"}}');
    await until(() => reported.length > 0, 'joining');
    const end = await within(server.kill('SIGTERM'), 'the end');
    expect(end).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(end.stdout).toMatch(/SIGTERM: notifying 1 peers\nstopped\n$/);
    expect(reported).toContainEqual({ stop: true });
    expect(reported.at(-1)).toEqual({ bye: { code: 1001, reason: 'the server stops' } });
  });

  it('takes its limits from its options', async () => {
    await using server = await ServerProcess.start(bundle.file, '--port', '0', '--burst', '3');
    using client = await Client.join(server.port, 'a', 'alice');
    for (let n = 0; n < 5; n++) client.say({ to: 'alice', data: n });
    expect(await client.end()).toMatchObject({ code: 4029 });
  });

  it('says what is wrong in a line, and ends with 1', async () => {
    const empty = join(folder, 'empty');
    await writeFile(empty, ' \n');
    const ends = await Promise.all([
      runServer(bundle.file, '--port', '0', '--cert', join(folder, 'nothing.pem'), '--key', 'x'),
      runServer(bundle.file, '--port', '0', '--token-file', empty),
      runServer(bundle.file, '--port', '0', '--redis', `redis://127.0.0.1:${await freePort()}`),
      runServer(bundle.file, '--port', '0', '--nats', `nats://127.0.0.1:${await freePort()}`),
    ]);
    expect(ends.map(({ stderr }) => stderr)).toEqual([
      expect.stringMatching(/^ENOENT.*nothing\.pem'\n$/),
      'the file of --token-file is empty\n',
      expect.stringMatching(/^Redis cannot be reached: .*ECONNREFUSED.*\n$/),
      expect.stringMatching(/^NATS cannot be reached: .*\n$/),
    ]);
    expect(ends.map(({ code }) => code)).toEqual([1, 1, 1, 1]);
  });

  it.each([
    [['--token-file', ''], '--token-file must not be empty'],
    [['--host', ''], '--host must not be empty'],
    [['--cert', '', '--key', ''], '--cert must not be empty'],
    [['--redis', ''], '--redis must not be empty'],
    [['--port', ''], '--port must not be empty'],
    [['--origin', ''], '--origin must not be empty'],
    [['--key', 'key.pem'], '--cert and --key must be given together'],
    [['--prot', '3'], "Unknown option '--prot'"],
    [['here'], "Unexpected argument 'here'"],
    [['--rooms', '-1'], "Option '--rooms' argument is ambiguous"],
    [['--rooms=-1'], '--rooms must be an integer from 1 to 2147483647, not "-1"'],
    [['--port', 'abc'], '--port must be an integer from 0 to 65535, not "abc"'],
    [['--redis', 'here'], '--redis must be an address such as redis://127.0.0.1:6379'],
  ])('ends with 2 and the way to the options for %j', async (args, message) => {
    const { code, stdout, stderr } = await runServer(bundle.file, ...args);
    expect([code, stdout, stderr]).toEqual([
      2,
      '',
      `${message}\nscoped-rtc-signaling --help shows the options\n`,
    ]);
  });

  it('refuses an empty token of the environment: without token it would let everybody in', async () => {
    const { code, stderr } = await runChild(bundle.file, ['--port', '0'], {
      environment: { SIGNALING_TOKEN: '' },
    });
    expect([code, stderr]).toEqual([2, expect.stringContaining('SIGNALING_TOKEN must not be empty')]);
  });

  it('prints an address with brackets for IPv6', async () => {
    const server = await ServerProcess.start(bundle.file, '--port', '0', '--host', '::1');
    const { stdout } = await server.kill('SIGTERM');
    expect(stdout).toContain(`listening on ws://[::1]:${server.port}\n`);
  });

  it('says which package is missing', async () => {
    const alone = join(folder, 'server.mjs'); // nothing is installed there
    const { readFile } = await import('node:fs/promises');
    const text = await readFile(bundle.file, 'utf8');
    await writeFile(alone, text);
    const withoutWs = await runServer(alone, '--port', '0');
    expect(withoutWs.stderr).toBe(
      'the signaling server needs the package ws, version 8 or newer: npm install ws\n',
    );
    const withoutNats = await runServer(alone, '--nats', '127.0.0.1');
    expect(withoutNats.stderr).toContain('npm install @nats-io/transport-node');
    expect([withoutWs.code, withoutNats.code]).toEqual([1, 1]);
  });
});
