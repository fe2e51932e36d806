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
  #isFailing = false;

  /** `onFailure` is called once, until the broker has worked again. */
  constructor(broker: SignalingBroker, clock: Clock, onFailure: (error: unknown) => void) {
    this.#broker = broker;
    this.#clock = clock;
    this.#onFailure = onFailure;
  }

  /** What cannot be published is lost. */
  publish(room: string, text: string): void {
    if (this.#unanswered >= MOST_UNANSWERED) {
      this.#failed(new RtcNativeError(`the broker has not answered ${MOST_UNANSWERED} messages`));
      return;
    }
    this.#unanswered++;
    void attempt(() => this.#broker.publish(room, text)).then((error) => {
      this.#unanswered--;
      if (error) this.#failed(error.thrown);
      else this.#isFailing = false;
    });
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
        this.#failed(error);
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
        this.#isFailing = false;
        resolve();
      });
    });
    ready.catch(() => {}); // nobody may be waiting
    return { ready, [Symbol.dispose]: end };
  }

  #failed(error: unknown): void {
    if (this.#isFailing) return;
    this.#isFailing = true;
    this.#onFailure(error);
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
/** Milliseconds for a subscription, while somebody waits to join. */
const SUBSCRIBE_MS = 5000;
