import { constants } from 'node:os';
import { arrayOf, oneOf, readOptions } from '../arguments/argument.js';
import { checkTimeout } from '../scope/scope-options.js';

export interface SignalHandlerOptions {
  /** Default `['SIGINT', 'SIGTERM']`. */
  signals?: readonly NodeJS.Signals[];
  /** Milliseconds that the shutdown may take. Default: the runtime's teardown timeout. */
  timeout?: number;
}

const SIGNALS = Object.keys(constants.signals) as NodeJS.Signals[];

/** The system lets nobody handle these two. */
const signalName = oneOf(...SIGNALS.filter((name) => name !== 'SIGKILL' && name !== 'SIGSTOP'));

/** Throws a `TypeError` or `RangeError` that names the option; returns a copy. */
export function checkSignalHandlerOptions(options: unknown): SignalHandlerOptions {
  return readOptions<SignalHandlerOptions>(options, 'options', {
    signals: arrayOf(signalName),
    timeout: checkTimeout,
  });
}

/**
 * On the first of `signals`: `shutdown`, then exit with 128 + the signal's number, as a shell reports it.
 * On the second: exit at once.
 */
export function handleSignals(signals: readonly NodeJS.Signals[], shutdown: () => Promise<void>): Disposable {
  let shuttingDown = false;
  const onSignal = (signal: NodeJS.Signals) => {
    const code = 128 + constants.signals[signal];
    if (shuttingDown) process.exit(code);
    shuttingDown = true;
    shutdown().then(
      () => process.exit(code),
      (error: unknown) => {
        console.error(error);
        process.exit(code);
      },
    );
  };
  for (const signal of signals) process.on(signal, onSignal);
  return {
    [Symbol.dispose]() {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}
