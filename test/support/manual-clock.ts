import { ManualClock } from 'scoped-rtc/testing';

export { ManualClock };

/** Turns of the event loop in which everything that needs no timer comes to rest. */
const SETTLING_TURNS = 12;

export async function turns(count = SETTLING_TURNS): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** `clock.runUntil(work, { limit })`. */
export function passTimeUntil<T>(work: Promise<T>, clock: ManualClock, limit = 60_000): Promise<T> {
  return clock.runUntil(work, { limit });
}
