import { ownController } from '../time/abort.js';
import { afterTurn, type Clock } from '../time/clock.js';
import { writeSync } from 'node:fs';
import { constants } from 'node:os';
import {
  arrayOf,
  boolean,
  callback,
  type Field,
  integer,
  oneOf,
  readOptions,
} from '../arguments/argument.js';
import { RtcTimeoutError } from '../errors/rtc-error.js';
import { type CloseOptions, checkTimeout, Deadline } from '../time/deadline.js';

/**
 * Calls `onExit` when the process ends, with `failed` where an uncaught error ends it. Has listeners on `process` only
 * while it is armed.
 */
export class ExitGuard {
  readonly #onExit: (failed: boolean) => void;
  #armed = false;
  #failed = false;

  constructor(onExit: (failed: boolean) => void) {
    this.#onExit = onExit;
  }

  arm(): void {
    if (this.#armed) return;
    this.#armed = true;
    // `exit` is also emitted after an uncaught error, with code 1. `beforeExit` would not do: it is not emitted while
    // the library's callbacks keep the event loop alive.
    process.on('exit', this.#exit);
    process.on('uncaughtExceptionMonitor', this.#uncaught);
  }

  disarm(): void {
    if (!this.#armed) return;
    this.#armed = false;
    process.off('exit', this.#exit);
    process.off('uncaughtExceptionMonitor', this.#uncaught);
  }

  readonly #exit = (): void => this.#onExit(this.#failed);

  /** The process goes on when a listener of `uncaughtException` handles the error. */
  readonly #uncaught = (): void => {
    this.#failed = true;
    afterTurn(() => {
      this.#failed = false;
    }).unref();
  };
}

/** To the error output of the process, also of one that was closed: nobody could be informed. */
export function printWhileExiting(text: string): void {
  try {
    writeSync(2, text); // a worker's `process.stderr` has no descriptor of its own
  } catch {}
}

export interface SignalHandlerOptions {
  /** Default `['SIGINT', 'SIGTERM']`. */
  signals?: readonly NodeJS.Signals[] | undefined;
  /** Milliseconds that the shutdown may take. Default: the runtime's teardown timeout. */
  timeout?: number | undefined;
  /** Default: 128 + the signal's number, as a shell reports it. */
  exitCode?: number | undefined;
  /**
   * `false`: only `process.exitCode` is set, and the process ends when its event loop is empty. A second signal then forces
   * the rest of the shutdown, and a third has its default effect. Default `true`.
   */
  exit?: boolean | undefined;
  /**
   * Called first, for instance to stop accepting requests, and awaited for at most half of `timeout`. If it throws, the
   * error is printed and the shutdown goes on.
   */
  onShutdown?: ((signal: NodeJS.Signals) => unknown) | undefined;
}

const SIGNALS = Object.keys(constants.signals) as NodeJS.Signals[];

/** No process can handle SIGKILL and SIGSTOP. */
const signalName = oneOf(...SIGNALS.filter((name) => name !== 'SIGKILL' && name !== 'SIGSTOP'));

function checkSignalHandlerOptions(options: unknown): SignalHandlerOptions {
  return readOptions<SignalHandlerOptions>(options, 'options', {
    signals: arrayOf(signalName),
    timeout: checkTimeout,
    exitCode: integer(0, 255),
    exit: boolean,
    onShutdown: callback as Field<(signal: NodeJS.Signals) => unknown>,
  });
}

/**
 * The first signal calls `onShutdown`, then `shutdown`, then exits. The second one exits at once, or forces the
 * shutdown. Throws a `TypeError` or `RangeError` that names the option.
 */
export function handleSignals(
  options: unknown,
  { clock, teardownTimeout }: { readonly clock: Clock; readonly teardownTimeout: number },
  shutdown: (bounds: CloseOptions) => Promise<void>,
): Disposable {
  const checked = checkSignalHandlerOptions(options);
  const { signals = ['SIGINT', 'SIGTERM'], exitCode, exit = true, onShutdown } = checked;
  const { timeout = teardownTimeout } = checked;
  const force = ownController();
  let shuttingDown = false;
  const remove = () => {
    for (const signal of signals) process.off(signal, onSignal);
  };
  const onSignal = (signal: NodeJS.Signals) => {
    const code = exitCode ?? 128 + constants.signals[signal];
    if (!shuttingDown) {
      shuttingDown = true;
      void shutDown(signal).then(() => {
        if (exit) process.exit(code);
        process.exitCode = code;
        remove();
      });
    } else if (exit) process.exit(code);
    else {
      force.abort();
      remove();
    }
  };
  /** Never rejects: an error is printed, because no caller would receive it. */
  const shutDown = async (signal: NodeJS.Signals): Promise<void> => {
    using deadline = new Deadline(clock, { timeout });
    if (onShutdown) {
      try {
        using half = deadline.nested(deadline.remaining / 2);
        half.shorten({ signal: force.signal });
        if (!(await half.within(Promise.resolve(onShutdown(signal))))) {
          throw new RtcTimeoutError('onShutdown had not ended in half of the time of the shutdown');
        }
      } catch (error) {
        console.error(error);
      }
    }
    try {
      await shutdown({ timeout: deadline.remaining, signal: force.signal });
    } catch (error) {
      console.error(error);
    }
  };
  for (const signal of signals) process.on(signal, onSignal);
  return { [Symbol.dispose]: remove };
}
