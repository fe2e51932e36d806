/** A name without an address, with a `code` as Node's own errors of names have it. */
export class NameError extends Error {
  override name = 'NameError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
