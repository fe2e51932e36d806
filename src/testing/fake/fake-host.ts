import type { CallbackQueue } from './callback-queue.js';
import type { FakeNetwork } from './fake-network.js';
import type { FakeStack } from './fake-stack.js';
import type { FakeKind, FaultPlan } from './faults.js';
import type { NativeLoop } from './native-loop.js';

/** An exception that would have ended the process: thrown by a handler (H9) or by an unguarded call (H10). */
export interface FakeAbort {
  readonly kind: FakeKind | 'binding';
  readonly id: number;
  /** The callback or the method. */
  readonly where: string;
  readonly error: unknown;
}

/** Something that the real library answers with a hang or a crash later. */
export interface FakeViolation {
  readonly kind: FakeKind | 'binding';
  readonly id: number;
  readonly reason: string;
}

/** A native object whose `close()` or `stop()` was not called yet. */
export interface LiveNative {
  readonly kind: FakeKind;
  readonly id: number;
  readonly name: string;
  readonly state: string;
}

/** What the binding keeps about each object it made, whether released or not. */
export interface HostedNative {
  readonly kind: FakeKind;
  readonly id: number;
  readonly name: string;
  readonly released: boolean;
  readonly nativeState: string;
  /** What cleanup does first: closes the library's object. */
  shutDown(): void;
  /** The process dies: closes nothing, and its peers get nothing more. */
  vanish(): void;
  /** What cleanup does last: aborts every callback. */
  abortCallbacks(): void;
}

/** What all objects of one fake binding share. */
export interface FakeHost {
  readonly loop: NativeLoop;
  readonly faults: FaultPlan;
  /** Bytes that count as sent before they arrive. */
  readonly sendBufferSize: number;
  readonly network: FakeNetwork;
  /** False while the process does not run: nothing is taken from the wire then. */
  readonly running: boolean;
  readonly stack: FakeStack;
  /** The library has taken a message from the wire, whether its program is given it or not. */
  arrived(channel: string, data: string | Buffer): void;
  nextId(kind: FakeKind): number;
  host(native: HostedNative): void;
  unhost(native: HostedNative): void;
  aborted(abort: FakeAbort): void;
  violated(violation: FakeViolation): void;
  queue(
    owner: { kind: FakeKind; id: number },
    event: string,
    handler: (...args: never[]) => unknown,
  ): CallbackQueue;
}
