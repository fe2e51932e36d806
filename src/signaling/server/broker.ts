import { RtcNativeError, RtcTimeoutError } from '../../errors/rtc-error.js';
import type { Clock } from '../../time/clock.js';

/**
 * What joins several signaling servers: whatever one publishes for a room reaches every one that subscribed to it,
 * itself included or not. It may lose messages; those that matter are acknowledged by the peers.
 *
 * The server goes on when the broker throws, rejects or never answers: peers remain in their rooms, and a client that
 * joins a room which cannot be subscribed to is asked to try again later.
 */
export interface SignalingBroker {
  publish(room: string, text: string): void | Promise<unknown>;
  /** Resolves when everything that is published from now on will be delivered. */
  subscribe(room: string, onMessage: (text: string) => void): Promise<Disposable>;
}

/** A subscription at the broker, from the moment in which it was asked for. */
export interface BrokerSubscription extends Disposable {
  /** Resolves when the broker has it; rejects when it could not, or did not in time. */
  readonly ready: Promise<void>;
}

/** Wraps a broker: nothing throws, no rejection is unhandled, and every wait is bounded. */
export class GuardedBroker {
  readonly #broker: SignalingBroker;
  readonly #clock: Clock;
  readonly #onFailure: (error: unknown) => void;
  #unanswered = 0;
  /** What failed the last time. */
  readonly #failing = new Set<'publish' | 'subscribe'>();

  /** `onFailure` is called once, until the broker has worked again. */
  constructor(broker: SignalingBroker, clock: Clock, onFailure: (error: unknown) => void) {
    this.#broker = broker;
    this.#clock = clock;
    this.#onFailure = onFailure;
  }

  /** What cannot be published is lost. */
  publish(room: string, text: string): void {
    if (this.#unanswered >= MOST_UNANSWERED) {
      this.#failed('publish', new RtcNativeError(`the broker has not answered ${MOST_UNANSWERED} messages`));
      return;
    }
    let answer: unknown;
    try {
      answer = this.#broker.publish(room, text);
    } catch (error) {
      this.#failed('publish', error);
      return;
    }
    // A client that only takes a message, as that of NATS does, does so while its server is away, too.
    if (typeof (answer as PromiseLike<unknown> | undefined)?.then === 'function') this.#await(answer);
    else this.#failing.delete('publish');
  }

  #await(answer: unknown): void {
    this.#unanswered++;
    let isWaiting = true;
    const settle = (work: () => void) => {
      if (!isWaiting) return;
      isWaiting = false;
      this.#unanswered--;
      cancel();
      work();
    };
    const late = () => new RtcTimeoutError(`the broker did not answer a message within ${PUBLISH_MS} ms`);
    const cancel = this.#clock.after(PUBLISH_MS, () => settle(() => this.#failed('publish', late())));
    void attempt(() => answer).then((error) =>
      settle(() => (error ? this.#failed('publish', error.thrown) : this.#failing.clear())),
    );
  }

  subscribe(room: string, onMessage: (text: string) => void): BrokerSubscription {
    let state: 'asked' | 'ready' | 'over' = 'asked';
    let theirs: Disposable | undefined;
    const end = () => {
      state = 'over';
      void attempt(() => theirs?.[Symbol.dispose]());
    };
    const ready = new Promise<void>((resolve, reject) => {
      const late = new RtcTimeoutError(`the broker did not subscribe within ${SUBSCRIBE_MS} ms`);
      const fail = (error: unknown) => {
        cancel();
        if (state !== 'asked') return;
        state = 'over';
        this.#failed('subscribe', error);
        reject(error);
      };
      const cancel = this.#clock.after(SUBSCRIBE_MS, () => fail(late));
      void attempt(async () => {
        theirs = await this.#broker.subscribe(room, (text) => {
          if (state !== 'over') onMessage(text);
        });
      }).then((error) => {
        if (error) return fail(error.thrown);
        cancel();
        if (state === 'over') return end(); // nobody waits for it any more
        state = 'ready';
        this.#failing.clear();
        resolve();
      });
    });
    ready.catch(() => {}); // nobody may be waiting
    return { ready, [Symbol.dispose]: end };
  }

  #failed(what: 'publish' | 'subscribe', error: unknown): void {
    const isFirst = this.#failing.size === 0;
    this.#failing.add(what);
    if (isFirst) this.#onFailure(error);
  }
}

/** Resolves with what `work` threw or rejected with, at once or later. Never rejects. */
async function attempt(work: () => unknown): Promise<{ readonly thrown: unknown } | undefined> {
  try {
    await work();
    return undefined;
  } catch (thrown) {
    return { thrown };
  }
}

/** Messages that the broker has taken and not answered for; what is more is dropped. */
const MOST_UNANSWERED = 1000;
/** Milliseconds after which a message counts as lost: so long a subscription is waited for. */
const PUBLISH_MS = 5000;
/** Milliseconds for a subscription, while somebody waits to join. */
const SUBSCRIBE_MS = 5000;
