import type { DataChannel } from 'scoped-rtc';

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

/** Counts what comes from now on. */
export function seenBy(channel: DataChannel): Seen {
  const seen: Seen = { count: 0 };
  channel.on('message', (message) => note(seen, message));
  return seen;
}

/** Sends `count` numbered messages of `size` bytes. */
export function burst(channel: DataChannel, count: number, size: number): void {
  for (let n = 0; n < count; n++) void channel.send(numbered(n, size));
}
