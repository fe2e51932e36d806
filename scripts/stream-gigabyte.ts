// One gigabyte through a stream with a reader slower than the network, between two connections of this process:
// `node --import tsx scripts/stream-gigabyte.ts [MiB] [milliseconds the reader pauses after every 4 MiB]`.
import { RtcRuntime } from 'scoped-rtc';
import { connectedPair } from '../test/support/connected-pair.js';
import { slowTransfer } from '../test/streams/slow-transfer.js';

const MB = 1024 * 1024;
const [mebibytes = 1024, pause = 60] = process.argv.slice(2).map(Number);
const started = performance.now();
const transfer = await (async () => {
  await using scope = RtcRuntime.acquire('stream');
  const { near, far } = await connectedPair(scope);
  return await slowTransfer(near, far, mebibytes * MB, pause);
})();
const seconds = (performance.now() - started) / 1000;
const same = transfer.sentHash === transfer.receivedHash && transfer.receivedBytes === mebibytes * MB;
console.log(
  `${mebibytes} MiB in ${seconds.toFixed(1)} s (${(mebibytes / seconds).toFixed(0)} MiB/s), the reader pausing ${pause} ms every 4 MiB`,
);
console.log(`sha-256 ${same ? 'identical' : 'DIFFERENT'}: ${transfer.receivedHash}`);
console.log(
  `memory: ${(transfer.heldBytes / MB).toFixed(1)} MiB held in buffers, process grown by ${(transfer.memoryGrowth / MB).toFixed(0)} MiB at most`,
);
const threads = RtcRuntime.shared.threads().count;
console.log(`threads left: ${threads}`);
if (!same || threads > 0 || transfer.heldBytes > 32 * MB) process.exitCode = 1;
