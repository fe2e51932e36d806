/** An error that was made on purpose; any other is a fault. */
export class Mishap extends Error {
  static is(error: unknown): boolean {
    return error instanceof Mishap || (error instanceof Error && error.cause instanceof Mishap);
  }
}
