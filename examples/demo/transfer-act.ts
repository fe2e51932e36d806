import type { RtcRuntime } from 'scoped-rtc';
import type { ByteSource } from '../support/byte-source.js';
import type { CheckList } from '../support/check-list.js';
import { receiveBytes, sendBytes } from '../support/file-transfer.js';
import { connectPeers } from '../support/peer-pair.js';
import { ProgressBar } from '../support/progress-bar.js';
import { bold, cyan, dim, formatBytes, formatMs } from '../support/style.js';
import { checkAct, printAct, watchAct } from './stage.js';

/** Act one: a transfer that goes well. */
export async function transferAct(runtime: RtcRuntime, checks: CheckList, source: ByteSource): Promise<void> {
  console.log(bold(`\nAct one: transfer ${source.name}, ${formatBytes(source.size)}`));
  let threadsDuring = 0;
  const act = await watchAct(runtime, 'act-one', async () => {
    await using rtc = runtime.scope('act-one');
    const began = performance.now();
    const { sender, receiver } = await connectPeers(rtc);
    console.log(
      `  connected in ${formatMs(performance.now() - began)} ${dim('(certificate, TLS, ICE, DTLS, SCTP)')}`,
    );

    const bar = new ProgressBar('received');
    const sentAt = performance.now();
    const [sent, received] = await Promise.all([
      sendBytes(sender, source),
      receiveBytes(receiver, () => ({ write() {} }), bar.update),
    ]);
    const seconds = (performance.now() - sentAt) / 1000;
    console.log(`  ${formatBytes(sent.bytes / seconds)}/s, confirmed by the receiver`);
    console.log(`  SHA-256 ${dim(received.sha256)}`);

    threadsDuring = runtime.threads().count;
    console.log(`\n  ${bold('Ownership tree')}  ${dim('runtime.inspect()')}`);
    console.log(runtime.inspect().replace(/^/gm, '    '));
    console.log(`  ${threadsDuring} library threads: ${cyan(runtime.threads().names.join(', '))}`);
    checks.check(
      'what arrived is what was sent',
      sent.bytes === source.size && received.bytes === source.size && received.sha256 === sent.sha256,
      formatBytes(received.bytes),
    );
    if (runtime.threads().supported) {
      checks.check('the library was at work', threadsDuring > 0, `${threadsDuring} threads`);
    }
  });
  if (act.error !== undefined) console.error(act.error);
  printAct(act);
  checks.check('the act ended without an error', act.error === undefined);
  checkAct(act, checks);
}
