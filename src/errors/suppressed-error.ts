interface SuppressedErrorLike extends Error {
  error: unknown;
  suppressed: unknown;
}
type SuppressedErrorClass = new (
  error: unknown,
  suppressed: unknown,
  message?: string,
) => SuppressedErrorLike;

/** Equal to the language's class, for Node versions that do not have it (20 and 22). */
class SuppressedErrorFallback extends Error implements SuppressedErrorLike {
  declare error: unknown;
  declare suppressed: unknown;

  constructor(error: unknown, suppressed: unknown, message?: string) {
    super(message);
    // The specification makes all of these non-enumerable own properties.
    for (const [key, value] of Object.entries({ name: 'SuppressedError', error, suppressed })) {
      Object.defineProperty(this, key, { value, writable: true, enumerable: false, configurable: true });
    }
  }
}

const SuppressedErrorHere =
  (globalThis as { SuppressedError?: SuppressedErrorClass }).SuppressedError ?? SuppressedErrorFallback;

/** `error` happened while the scope was already ending because of `suppressed`. */
export function suppress(error: unknown, suppressed: unknown): Error {
  return new SuppressedErrorHere(error, suppressed, 'An error was suppressed during disposal');
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
