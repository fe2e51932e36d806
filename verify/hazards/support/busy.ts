/** Keeps the event loop busy, as a long computation of the application does. */
export function busy(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}
