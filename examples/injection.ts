/**
 * A class that gets its runtime from outside, and a self-test of it that needs no network.
 *
 *     npx tsx examples/injection.ts              the real library
 *     npx tsx examples/injection.ts --self-test  a binding in memory
 */
import assert from 'node:assert/strict';
import { memorySignaling, RtcRuntime } from 'scoped-rtc';
import { createFakeBinding } from 'scoped-rtc/testing';

/** The application. It knows that there is a runtime, not which one. */
class EchoProbe {
  readonly #runtime: RtcRuntime;

  constructor(runtime: RtcRuntime) {
    this.#runtime = runtime;
  }

  /** Sends `text` to a peer of its own that answers in capitals. */
  async ask(text: string): Promise<string> {
    await using rtc = this.#runtime.scope('echo-probe', { timeout: 2_000 });
    const alice = rtc.createPeerConnection('alice');
    const bob = rtc.createPeerConnection('bob');
    const question = alice.createDataChannel('echo');
    const [one, other] = memorySignaling();
    await Promise.all([alice.negotiate(one), bob.negotiate(other), question.opened()]);
    const answering = await bob.nextDataChannel();
    answering.on('message', (message) => void answering.send(String(message).toUpperCase()));
    await question.send(text);
    return String(await question.nextMessage());
  }
}

async function production(): Promise<void> {
  const probe = new EchoProbe(RtcRuntime.shared);
  console.log(`production: ${await probe.ask('hello')}`);
}

async function selfTest(): Promise<void> {
  // A binding in memory has no thread and no socket that keeps the process; a test runner does that by itself.
  const waiting = setInterval(() => {}, 1_000);
  const binding = createFakeBinding();
  const runtime = new RtcRuntime({ native: binding });
  const probe = new EchoProbe(runtime);
  assert.equal(await probe.ask('hello'), 'HELLO');
  assert.deepEqual(binding.live, [], 'every native was closed');
  assert.deepEqual(binding.violations, [], 'nothing that the real library answers with a hang');
  assert.equal(binding.cleanups, 1, 'one cleanup');
  console.log('self-test: an answer came back, every native was closed, one cleanup');

  // The same with a binding that fails: the error reaches the caller, and still nothing is left.
  const failing = createFakeBinding({ faults: { sendThrows: true } });
  await assert.rejects(new EchoProbe(new RtcRuntime({ native: failing })).ask('hello'), {
    code: 'RTC_NATIVE',
  });
  assert.deepEqual(failing.live, []);
  assert.equal(failing.cleanups, 1);
  clearInterval(waiting);
  console.log('self-test: a refused message is an error with a code, every native was closed, one cleanup');
}

await (process.argv.includes('--self-test') ? selfTest() : production());
