/**
 * An exception in the middle of a transfer.
 *
 *     npx tsx examples/exception.ts
 *
 * Prints what is torn down and in which order, one native cleanup, and ends as any program does that threw:
 * with the original error on stderr and exit code 1.
 */
import { RtcRuntime } from 'scoped-rtc';
import { generatedSource } from './support/byte-source.js';
import { receiveBytes, sendBytes } from './support/file-transfer.js';
import { connectPeers } from './support/peer-pair.js';
import { formatBytes } from './support/style.js';
import { teardownLines } from './support/teardown-lines.js';

const SIZE = 4 * 1024 * 1024;

class DiskFullError extends Error {
  override name = 'DiskFullError';
}

async function transfer(): Promise<void> {
  await using rtc = RtcRuntime.acquire('transfer');
  const { sender, receiver } = await connectPeers(rtc);
  const receiving = receiveBytes(receiver, () => ({ write() {} }));
  receiving.catch(() => {}); // it fails too, because the sender goes away: the first error is the one to report
  await sendBytes(sender, generatedSource(SIZE), (bytes) => {
    if (bytes >= SIZE / 2) throw new DiskFullError(`no space left after ${formatBytes(bytes)}`);
  });
}

const runtime = RtcRuntime.shared;
runtime.on('teardown', (report, path) => {
  console.log(`teardown of ${path}`);
  for (const line of teardownLines(report)) console.log(line);
});
process.on('exit', (code) => {
  console.log(`native cleanups: ${runtime.cleanups}`);
  console.log(`library threads: ${runtime.threads().count}`);
  console.log(`exit code: ${code}`);
});

await transfer();
