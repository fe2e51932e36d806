#!/usr/bin/env node
import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { withoutUndefined } from '../wire/room-message.js';
import { type CommandLine, readCommandLine, USAGE, UsageError } from './command-line.js';
import { connectNats, connectRedis } from './connected-broker.js';
import type { SignalingServerOptions } from './server-options.js';
import { startSignalingServer } from './signaling-server.js';

async function main(): Promise<void> {
  const line = readCommandLine(process.argv.slice(2), process.env);
  if (line.help) {
    process.stdout.write(USAGE);
    return;
  }
  const { port, host, origins, serveClient, idleTimeout, limits, nats, redis, certificateFile } = line;
  const [certificate, key] = await Promise.all([certificateFile, line.keyFile].map(textOf));
  const token = await tokenOf(line);
  const connected = nats ? await connectNats(nats) : redis ? await connectRedis(redis) : undefined;
  const server = await startSignalingServer(
    withoutUndefined({
      ...{ port, host, certificate, key, origins, token, idleTimeout, serveClient },
      limits: withoutUndefined(limits),
      broker: connected?.broker,
    }) as SignalingServerOptions,
  ).catch((error: unknown) => {
    connected?.close(); // its connection would keep the process alive
    throw error;
  });
  const shown = host !== undefined && isIPv6(host) ? `[${host}]` : (host ?? 'localhost');
  console.log(`listening on ${certificate ? 'wss' : 'ws'}://${shown}:${server.port}`);
  const stop = async (signal: string) => {
    console.log(`${signal}: notifying ${server.connections} peers`);
    await server.stop();
    connected?.close();
    console.log('stopped');
  };
  // Once: the second one ends the process at once.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void stop(signal));
}

const textOf = async (file: string | undefined) => (file === undefined ? undefined : readFile(file, 'utf8'));

async function tokenOf({ tokenFile, token }: CommandLine): Promise<string | undefined> {
  const text = (await textOf(tokenFile))?.trim();
  if (text === '') throw new Error('the file of --token-file is empty');
  return text ?? token;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  if (error instanceof UsageError) console.error('scoped-rtc-signaling --help shows the options');
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
