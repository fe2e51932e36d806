import { createRequire } from 'node:module';
import { createFakeBinding } from 'scoped-rtc/testing';
import { afterAll, afterEach, describe, expect } from 'vitest';
import { until as happens } from '../../verify/hazards/support/patience.js';
import type { NativeBinding, NativeDataChannel, NativePeerConnection } from '../../src/native/binding.js';

type Closable = { close(): void };

export interface Pair {
  readonly a: NativePeerConnection;
  readonly b: NativePeerConnection;
  readonly near: NativeDataChannel;
  readonly far: NativeDataChannel;
}

/** Milliseconds; a raw connection that has not opened by then never will (H48). */
const ATTEMPT_MS = 4000;
const ATTEMPTS = 5;

/** Blocks the event loop until `happened()`, at most for `ms` milliseconds: what is in memory waits for the loop. */
export function keepBusy(happened: () => boolean, ms: number): void {
  const end = performance.now() + ms;
  while (!happened() && performance.now() < end);
}

/** A few hand-overs of queued callbacks: enough for one that is already on its way to come. */
export async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) await new Promise((resolve) => setImmediate(resolve));
}

export function textOf(body: () => unknown): string {
  try {
    body();
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing was thrown';
}

/** Makes natives of one binding and closes every one of them after each test. */
export class Rig {
  /** The library has threads of its own; the binding in memory waits for the event loop. */
  readonly hasThreads: boolean;
  readonly binding: NativeBinding;
  readonly signalingErrors: unknown[] = [];
  #owed: Closable[] = [];
  // What is garbage-collected before its close event came crashes the real cleanup (H2).
  readonly #kept: Closable[] = [];

  constructor(binding: NativeBinding, hasThreads: boolean) {
    this.binding = binding;
    this.hasThreads = hasThreads;
  }

  own<T extends Closable>(native: T): T {
    this.#owed.push(native);
    this.#kept.push(native);
    return native;
  }

  closeAll(): void {
    const owed = this.#owed;
    this.#owed = [];
    for (const native of owed.reverse()) native.close();
  }

  /** Ends the run: nothing is referenced behind it. */
  cleanup(): void {
    this.binding.cleanup();
    this.#kept.length = 0;
  }

  connection(name: string): NativePeerConnection {
    const native = this.own(
      new this.binding.PeerConnection(name, { iceServers: [], bindAddress: '127.0.0.1' }),
    );
    native.onStateChange(() => undefined);
    return native;
  }

  async connect(onFar: (far: NativeDataChannel) => void = () => undefined): Promise<Pair> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const pair = await this.#attempt(onFar);
      if (pair) return pair;
    }
    throw new Error(`no channel opened in ${ATTEMPTS} attempts`);
  }

  async #attempt(onFar: (far: NativeDataChannel) => void): Promise<Pair | undefined> {
    const a = this.connection('a');
    const b = this.connection('b');
    this.#wire(a, b);
    let far: NativeDataChannel | undefined;
    b.onDataChannel((channel) => {
      far = this.own(channel);
      onFar(channel);
    });
    const near = this.own(a.createDataChannel('chat', { protocol: 'talk' }));
    const opens = await happens(() => near.isOpen() && far !== undefined, ATTEMPT_MS);
    return opens && far ? { a, b, near, far } : undefined;
  }

  /** The answerer is the DTLS server, which spares the real library its one-second retransmission (H27). */
  #wire(offerer: NativePeerConnection, answerer: NativePeerConnection): void {
    for (const [from, to] of [
      [offerer, answerer],
      [answerer, offerer],
    ] as const) {
      // Each callback has a queue of its own, so a candidate may be served before its description.
      const early: (() => void)[] = [];
      from.onLocalDescription((sdp, type) => {
        this.#report(to, () =>
          to.setRemoteDescription(sdp.replace('a=setup:actpass', 'a=setup:active'), type),
        );
        for (const add of early.splice(0)) add();
      });
      from.onLocalCandidate((candidate, mid) => {
        const add = () => this.#report(to, () => to.addRemoteCandidate(candidate, mid));
        if (to.remoteDescription() === null) early.push(add);
        else add();
      });
    }
  }

  /** A candidate may come when its receiver is closed already, and throwing here ends the process (H26). */
  #report(to: NativePeerConnection, body: () => void): void {
    try {
      body();
    } catch (error) {
      if (to.state() !== 'closed') this.signalingErrors.push(error);
    }
  }
}

/** Runs the same tests against the fake and against node-datachannel itself. */
export function forEachBinding(define: (rig: Rig) => void): void {
  const fake = createFakeBinding();
  const real = createRequire(import.meta.url)('node-datachannel') as NativeBinding;
  for (const [name, binding] of [
    ['the fake binding', fake],
    ['the real binding', real],
  ] as const) {
    describe(name, () => {
      const rig = new Rig(binding, binding === real);
      afterEach(async () => {
        rig.closeAll();
        await turns(5);
        expect(rig.signalingErrors).toEqual([]);
      });
      afterAll(() => rig.cleanup());
      define(rig);
    });
  }
  afterAll(() => {
    expect(fake.aborts).toEqual([]);
    expect(fake.violations).toEqual([]);
    expect(fake.live).toEqual([]);
  });
}
