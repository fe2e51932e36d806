import { afterEach } from 'vitest';
import {
  type SignalingServer,
  type SignalingServerOptions,
  startSignalingServer,
} from '../../../src/signaling/server/index.js';

const started: (Disposable | AsyncDisposable)[] = [];

afterEach(async () => {
  for (const thing of started.splice(0).reverse()) {
    if (Symbol.dispose in thing) thing[Symbol.dispose]();
    else await thing[Symbol.asyncDispose]();
  }
});

/** A server on a free port, which stops when the test has ended. */
export async function start(options: SignalingServerOptions = {}): Promise<SignalingServer> {
  const server = await startSignalingServer({ port: 0, host: '127.0.0.1', ...options });
  started.push(server);
  return server;
}

/** Disposed when the test has ended, before what was started before it. */
export function use<T extends Disposable | AsyncDisposable>(thing: T): T {
  started.push(thing);
  return thing;
}
