/** What the language throws when an error happens during disposal while another error is pending. */
export interface SuppressedError extends Error {
  /** The later error. */
  error: unknown;
  /** The earlier error. */
  suppressed: unknown;
}
type SuppressedErrorClass = new (error: unknown, suppressed: unknown, message?: string) => SuppressedError;

class SuppressedErrorFallback extends Error implements SuppressedError {
  declare error: unknown;
  declare suppressed: unknown;

  constructor(error: unknown, suppressed: unknown, message?: string) {
    super(message);
    // The specification makes all of these non-enumerable own properties.
    for (const [key, value] of Object.entries({ name: 'SuppressedError', error, suppressed })) {
      Object.defineProperty(this, key, { value, writable: true, enumerable: false, configurable: true });
    }
  }

  /** Also holds for those of another copy of the package, and of compilers: they make an `Error` of that name. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    if (this !== SuppressedErrorFallback) return Function.prototype[Symbol.hasInstance].call(this, value);
    return value instanceof Error && value.name === 'SuppressedError' && 'suppressed' in value;
  }
}

/** The language's class, or one that is equal to it where Node.js has none (20 and 22). */
// oxlint-disable-next-line no-redeclare -- the class and its type have one name
export const SuppressedError: SuppressedErrorClass =
  (globalThis as { SuppressedError?: SuppressedErrorClass }).SuppressedError ?? SuppressedErrorFallback;

/** `error` happened while the scope was already ending because of `suppressed`. */
export function suppress(error: unknown, suppressed: unknown): Error {
  return new SuppressedError(error, suppressed, 'An error was suppressed during disposal');
}

/** Collects teardown errors into the chain that a series of `using` declarations would have thrown. */
export class ErrorChain {
  #failed = false;
  #error: unknown;

  add(error: unknown): void {
    this.#error = this.#failed ? suppress(error, this.#error) : error;
    this.#failed = true;
  }

  get failed(): boolean {
    return this.#failed;
  }

  get error(): unknown {
    return this.#error;
  }
}
