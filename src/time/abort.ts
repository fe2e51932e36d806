import { setMaxListeners } from 'node:events';

/** A controller whose signal any number of listeners may follow, without the warning that Node.js has for more than ten. */
export function ownController(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

/** Aborts as `signal` does. Many may follow it, and the caller's signal has no listener for each of them. */
export function relayOf(signal: AbortSignal): AbortSignal {
  const relay = AbortSignal.any([signal]);
  setMaxListeners(0, relay);
  return relay;
}
