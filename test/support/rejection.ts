/** What `work` rejects with; fails when it does not. */
export async function rejectionOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error('it was expected to reject and did not');
}

/** What `body` throws; fails when it does not. */
export function thrownBy(body: () => unknown): unknown {
  try {
    body();
  } catch (error) {
    return error;
  }
  throw new Error('it was expected to throw and did not');
}

/** The errors of a chain of SuppressedErrors, the latest first. */
export function flattenSuppressed(error: unknown): unknown[] {
  const flat: unknown[] = [];
  let rest = error;
  while (rest instanceof Error && rest.name === 'SuppressedError') {
    const { error: latest, suppressed } = rest as Error & { error: unknown; suppressed: unknown };
    flat.push(...flattenSuppressed(latest));
    rest = suppressed;
  }
  flat.push(rest);
  return flat;
}
