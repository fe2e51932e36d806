/**
 * The whole of it with real input: TLS signaling, a file transfer with its hash checked, an exception in the
 * middle of another, and a process that ends by itself.
 *
 *     npx scoped-rtc demo [--inspect] [FILE]      (in a checkout: npm run demo -- [--inspect] [FILE])
 *
 * With `--inspect` it begins when you open the page of the inspector, and shows itself there.
 *
 * Every line with ✔ is a claim that was checked in this run; one that does not hold makes the exit code 1.
 */
import { RtcRuntime } from 'scoped-rtc';
import { exceptionAct } from './demo/exception-act.js';
import { inspected } from './demo/inspected.js';
import { transferAct } from './demo/transfer-act.js';
import { type ByteSource, fileSource, generatedSource } from './support/byte-source.js';
import { CheckList } from './support/check-list.js';
import { bold, dim, green, red } from './support/style.js';

/** Enough that most of it has to wait for the network: several times what the library buffers. */
const GENERATED_BYTES = 8 * 1024 * 1024;

async function main(source: ByteSource, inspect: boolean): Promise<void> {
  const checks = new CheckList();
  const acts = async () => {
    await transferAct(RtcRuntime.shared, checks, source);
    // An empty file has no middle.
    await exceptionAct(
      RtcRuntime.shared,
      checks,
      source.size > 0 ? source : generatedSource(GENERATED_BYTES),
    );
  };
  await (inspect ? inspected(acts) : acts());
  endsByItself(checks);
}

/** `beforeExit` comes only when nothing keeps the event loop busy; one callback left in the library would. */
function endsByItself(checks: CheckList): void {
  console.log(bold('\nThe end'));
  let free = false;
  process.once('beforeExit', () => {
    free = true;
  });
  const waited = setTimeout(() => process.exit(1), ENDS_WITHIN_MS);
  waited.unref();
  process.once('exit', () => {
    checks.check('nothing keeps the event loop busy: the process ends by itself', free);
    const verdict =
      checks.failed === 0
        ? green(`All ${checks.passed} claims hold.`)
        : red(`${checks.failed} of ${checks.failed + checks.passed} claims do not hold.`);
    console.log(`\n${bold(verdict)}`);
    if (checks.failed > 0) process.exitCode = 1;
  });
}

/** Milliseconds. A process with nothing left to do ends within one turn of the event loop. */
const ENDS_WITHIN_MS = 5_000;

const inspect = process.argv.includes('--inspect');
const file = process.argv.slice(2).find((argument) => argument !== '--inspect');
console.log(bold('scoped-rtc demo') + dim('  two peers, TLS signaling, one process, loopback only'));
await main(file === undefined ? generatedSource(GENERATED_BYTES) : await fileSource(file), inspect);
