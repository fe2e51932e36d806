/**
 * Sends a file to another process over a data channel, its SHA-256 verified; an interrupted transfer goes on where it was.
 *
 *     npx tsx examples/send-file.ts receive FOLDER [HOST]   prints an address, waits for one file
 *     npx tsx examples/send-file.ts send FILE ADDRESS
 *     npx tsx examples/send-file.ts FILE [FOLDER]           both, in two processes (FOLDER: received)
 *
 * HOST is the DNS name by which another machine knows this one; without it only this machine can send. The sender takes
 * `--connections N`, 1 to 16 (default 1): where packets are lost, several connections carry more than one.
 *
 * Ctrl-C in the sender: it ends with 130, and the receiver waits for it to come back. Ctrl-C in the receiver: both end.
 * What has arrived stays as NAME.part, and the next transfer to the same folder continues it.
 */
import { parseArgs } from 'node:util';
import { RtcRuntime } from 'scoped-rtc';
import { receiveFile } from './send-file/receive-file.js';
import { sendFile } from './send-file/send-file.js';
import { startReceiver } from './send-file/start-receiver.js';
import { MOST_CONNECTIONS } from './support/file-transfer.js';

const USAGE =
  'usage: send-file.ts [--connections N] receive FOLDER [HOST] | send FILE ADDRESS | FILE [FOLDER]';

async function main(): Promise<void> {
  await using rtc = RtcRuntime.acquire('send-file');
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: { connections: { type: 'string', default: '1' } },
    });
    const connections = Number(values.connections);
    const [first, second, third] = positionals;
    const isInRange = Number.isInteger(connections) && connections >= 1 && connections <= MOST_CONNECTIONS;
    if (first === undefined || !isInRange) throw new Error(USAGE);
    if (first === 'receive' && second !== undefined) await receiveFile(rtc, second, third);
    else if (first === 'send' && second !== undefined && third !== undefined)
      await sendFile(rtc, second, third, connections);
    else await sendFile(rtc, first, await startReceiver(rtc, second ?? 'received'), connections);
  } catch (error) {
    // Interrupted: the signal handler is tearing the scope down, and the exit code is its business.
    if (rtc.disposed) return;
    console.error(`send-file: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}

RtcRuntime.shared.installSignalHandlers({ timeout: 5_000 });
await main();
