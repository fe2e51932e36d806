import type { RtcRuntime } from 'scoped-rtc';
import type { ByteSource } from '../support/byte-source.js';
import type { CheckList } from '../support/check-list.js';
import { receiveBytes, sendBytes } from '../support/file-transfer.js';
import { connectPeers } from '../support/peer-pair.js';
import { bold, formatBytes } from '../support/style.js';
import { checkAct, printAct, watchAct } from './stage.js';

class PowerFailure extends Error {
  override name = 'PowerFailure';
}

/** Act two: the sender throws when half of the file is on its way. */
export async function exceptionAct(
  runtime: RtcRuntime,
  checks: CheckList,
  source: ByteSource,
): Promise<void> {
  console.log(bold('\nAct two: an exception in the middle of the transfer'));
  const failure = new PowerFailure('thrown at half of the file');
  let accepted = 0;
  let arrived = 0;
  let receiving: Promise<unknown> = Promise.resolve();
  const act = await watchAct(runtime, 'act-two', async () => {
    await using rtc = runtime.scope('act-two');
    const { sender, receiver } = await connectPeers(rtc);
    receiving = receiveBytes(
      receiver,
      () => ({ write() {} }),
      (bytes) => {
        arrived = bytes;
      },
    );
    receiving.catch(() => {}); // looked at below
    await sendBytes(sender, source, (bytes, size) => {
      accepted = bytes;
      if (bytes >= size / 2) throw failure;
    });
  });
  const receiverError = await receiving.then(
    () => undefined,
    (error: unknown) => error,
  );
  console.log(`  thrown:   ${String(act.error)}`);
  console.log(`  receiver: ${String(receiverError)}`);
  printAct(act);
  checks.check('the error that left the block is the one that was thrown', act.error === failure);
  checks.check('the receiver was notified that the transfer is not complete', receiverError instanceof Error);
  checks.check(
    'what send() had accepted arrived all the same',
    accepted > 0 && arrived === accepted,
    `${formatBytes(accepted)} accepted, ${formatBytes(arrived)} arrived`,
  );
  checkAct(act, checks);
}
