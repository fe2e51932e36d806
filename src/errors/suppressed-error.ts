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

  static {
    // On the prototype, as in the specification: the first line of a stack is made of this name.
    Object.defineProperty(this.prototype, 'name', {
      value: 'SuppressedError',
      writable: true,
      configurable: true,
    });
  }

  constructor(error: unknown, suppressed: unknown, message?: string) {
    super(message);
    // The specification makes both non-enumerable own properties.
    for (const [key, value] of Object.entries({ error, suppressed })) {
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
  const both = new SuppressedError(error, suppressed, 'An error was suppressed during disposal');
  return Object.defineProperty(both, Symbol.for('nodejs.util.inspect.custom'), {
    value: inspectChain,
    enumerable: false,
  });
}

/** Errors of a chain that are shown; of a longer chain these are the latest. */
const SHOWN = 10;

/**
 * What `console.error` and an uncaught error print. Node.js up to 24 shows the stack alone, since both errors are properties
 * that are not enumerable: nothing would say what went wrong.
 */
function inspectChain(
  this: SuppressedError,
  _depth: number,
  options: object,
  inspect: (value: unknown, options: object) => string,
): string {
  let text = `${this.stack} {`;
  let rest: unknown = this;
  for (let shown = 0; rest instanceof SuppressedError && shown < SHOWN; shown++) {
    text += `\n  [error]: ${indent(inspect(rest.error, options))},`;
    rest = rest.suppressed;
  }
  const last = rest instanceof SuppressedError ? '[SuppressedError]' : indent(inspect(rest, options));
  return `${text}\n  [suppressed]: ${last}\n}`;
}

const indent = (text: string) => text.replaceAll('\n', '\n  ');

/** Collects teardown errors into the chain that a series of `using` declarations would have thrown. */
export class ErrorChain {
  #failed = false;
  #error: unknown;

  /** What is known already, because one promise was awaited at two places, is no second failure. */
  add(error: unknown): void {
    if (this.#failed && error === this.#error) return;
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
