/** Message number `n` of `size` bytes: its number, then filling. */
export function numbered(n: number, size: number): Buffer {
  const message = Buffer.alloc(size, n);
  message.writeUInt32LE(n);
  return message;
}

/** How many numbered messages came, and at which count the first one came that was not the next. */
export interface Seen {
  count: number;
  outOfOrder?: number;
}

export function note(seen: Seen, message: unknown): void {
  if ((message as Buffer).readUInt32LE() !== seen.count) seen.outOfOrder ??= seen.count;
  seen.count++;
}

/** Blocks the event loop. */
export function busy(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}
