import type { Given } from '../arguments/argument.js';
import type { NativeBinding } from '../native/binding.js';
import { guardCallback } from '../native/firewall.js';
import { withoutSecrets } from '../native/redaction.js';
import { type RtcLogLevel, LOG_LEVELS, type SctpSettings } from '../native/validate/library-settings.js';
import { diagnostics } from '../diagnostics/trace.js';

/** A line that the native library logged, without passwords and without what follows the host in a URL. */
export interface RtcLogEntry {
  readonly level: RtcLogLevel;
  readonly message: string;
}

export type RtcLogger = (entry: RtcLogEntry) => void;

export interface LibrarySettingsOptions {
  /**
   * Takes what the native library logs, instead of the diagnostics channel `scoped-rtc:log`. Called on the event loop,
   * some time after the fact. What it throws is an uncaught error.
   */
  logger?: RtcLogger | undefined;
  /**
   * The least level that is logged. Default `Warning` when there is a logger, or a subscriber of `scoped-rtc:log` when
   * the library is first used; otherwise nothing is logged.
   */
  logLevel?: RtcLogLevel | undefined;
  /** SCTP settings, for the whole process. What is left out has the library's default. */
  sctp?: SctpSettings | undefined;
}

/** What is set for the whole native library, again with every generation: its cleanup forgets the logger (H22). */
export class LibrarySettings {
  #logger: RtcLogger | undefined;
  #level: RtcLogLevel | undefined;
  #sctp: SctpSettings | undefined;

  constructor({ logger, logLevel, sctp }: LibrarySettingsOptions) {
    this.#logger = logger;
    this.#level = logLevel;
    this.#sctp = sctp;
  }

  /**
   * Before the first native of a generation is made, and only then: the addon replaces its callback under the threads
   * that call it. The callback keeps the process alive, but no longer than until the cleanup.
   */
  apply(native: NativeBinding): void {
    if (this.#sctp) native.setSctpSettings(this.#sctp as Given<SctpSettings>);
    const { logged } = this;
    if (!logged) return;
    native.initLogger(
      logged,
      guardCallback(
        () => 'logger',
        (level, message) => this.#log(level, message),
      ),
    );
  }

  /** The least level that is logged, or `undefined` for nothing. */
  get logged(): RtcLogLevel | undefined {
    return this.#level ?? (this.#logger || diagnostics.log.hasSubscribers ? 'Warning' : undefined);
  }

  setLogger(logger: RtcLogger | undefined, level: RtcLogLevel | undefined): void {
    this.#logger = logger;
    this.#level = level;
  }

  setSctp(sctp: SctpSettings): void {
    this.#sctp = sctp;
  }

  #log(level: RtcLogLevel, message: string): void {
    const least = this.logged;
    if (least === undefined || LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(least)) return;
    const entry = { level, message: withoutSecrets(message) };
    if (this.#logger) this.#logger(entry);
    else diagnostics.log.publish(entry);
  }
}
