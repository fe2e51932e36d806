/** Two connected peers of one process with one open channel. */
export interface Link {
  /** Sends `payload` as fast as the other end takes it while `going()`; returns the bytes of what arrives. */
  flood(payload: Buffer, going: () => boolean, arrived: (bytes: number) => void): Promise<void>;
  /** Sends `payload` to and fro while `going()`; `turned` is called after each round trip. */
  pingPong(payload: Buffer, going: () => boolean, turned: () => void): Promise<void>;
}

/** One way to do the work, loaded in a process of its own. */
export interface Candidate {
  /** From nothing to an open channel, the way its users do it. */
  connect(): Promise<Link>;
  /** A connection like that of `connect`, made in a way that neither stalls nor fails where that would be in the way. */
  connectCalmly(): Promise<Link>;
  /** Ends what the latest `connect` made, the way its users do it, and the library with it where it has an end. */
  close(): Promise<void>;
  /** Delivers one message on the latest link. */
  exchange(message: string): Promise<void>;
}

/** Bytes in the send buffer at which every candidate waits, and at which it goes on. */
export const HIGH_WATER_MARK = 1024 * 1024;
export const LOW_WATER_MARK = HIGH_WATER_MARK / 2;

/** One turn of the event loop. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Sends while `going()`: `send` is false when the buffer is full, then `room` is awaited. */
export async function pump(
  going: () => boolean,
  send: () => boolean,
  room: () => Promise<unknown>,
): Promise<void> {
  for (let sent = 1; going(); sent++) {
    if (!send()) await room();
    else if (sent % SENDS_A_TURN === 0) await turn();
  }
}

/** Messages that are sent before the event loop gets a turn, full buffer or not. */
const SENDS_A_TURN = 256;

/** Asks every turn of the event loop until `condition()` holds, or after each `pause`. */
export async function until(
  condition: () => boolean,
  what: string,
  { patience = 15_000, pause = turn } = {},
): Promise<void> {
  const end = performance.now() + patience;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`${what} takes longer than ${patience} ms`);
    await pause();
  }
}
