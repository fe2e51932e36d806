// What the programs share: the classes of each way to have them, two processes, and one JSON line a round.
import { fork } from 'node:child_process';
import { register } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';

/** `raw` and `register` (started with `--import scoped-rtc/register`): what a library finds by itself. `w3c`: given to it. */
export const [, , way = 'raw', rounds = '1'] = process.argv;
export const role = process.env.CLIENT_ROLE;

/** The W3C's classes in this way. */
export async function classes() {
  if (way !== 'w3c') return (await import('node-datachannel/polyfill')).default;
  const { RtcRuntime } = await import(process.env.SCOPED_RTC);
  const { scopedWebRTC } = await import(new URL('compat/w3c/index.js', process.env.SCOPED_RTC).href);
  return scopedWebRTC(RtcRuntime.acquire('app'));
}

/**
 * `w3c`: makes `name`, a polyfill that a library imports by itself, have these classes, as an alias of a bundler would.
 * The library is to be imported afterwards.
 */
export function replacePolyfill(name) {
  if (way !== 'w3c') return;
  const url = new URL('w3c-polyfill.mjs', import.meta.url).href;
  const hook = `export const resolve = (specifier, context, next) =>
    specifier === ${JSON.stringify(name)} ? { url: ${JSON.stringify(url)}, shortCircuit: true } : next(specifier, context);`;
  register(`data:text/javascript,${encodeURIComponent(hook)}`);
}

/** The process at the other end: this program again. What is sent to it takes some milliseconds, as by a server. */
export function otherEnd() {
  const other = role
    ? process
    : fork(process.argv[1], process.argv.slice(2), {
        env: { ...process.env, CLIENT_ROLE: 'far' },
        execArgv: process.execArgv,
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      });
  if (role) process.on('disconnect', () => process.exit());
  return {
    send: (message) => setTimeout(() => other.connected && other.send(message, () => {}), 3),
    receive: (listener) => other.on('message', listener),
    end: () => other.kill?.('SIGKILL'),
  };
}

const LONGEST_MS = Number(process.env.CLIENT_LONGEST_MS);

/** Runs the rounds; `connect(n)` resolves when a message has come back. */
export async function measure(connect, end) {
  for (let n = 0; n < Number(rounds); n++) {
    const begun = performance.now();
    const outcome = await Promise.race([
      Promise.resolve()
        .then(() => connect(n))
        .then(
          () => 'ok',
          (error) =>
            String(error?.code ?? error?.name ?? error) +
            (process.env.CLIENT_VERBOSE ? ` ${error?.message}` : ''),
        ),
      sleep(LONGEST_MS, 'timeout', { ref: false }),
    ]);
    console.log(JSON.stringify({ round: n, outcome, ms: Math.round(performance.now() - begun) }));
  }
  end?.();
  console.log(JSON.stringify({ done: true }));
  setTimeout(() => process.exit(), 200).unref(); // the raw library does not let the process end
}
