import { constants } from 'node:os';

export interface SignalHandlerOptions {
  /** Default `['SIGINT', 'SIGTERM']`. */
  signals?: readonly NodeJS.Signals[];
  /** Milliseconds that the shutdown may take. Default: the runtime's teardown timeout. */
  timeout?: number;
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
