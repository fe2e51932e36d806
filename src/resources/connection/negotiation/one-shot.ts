import { oneOf, string, readFrom, wrongType } from '../../../arguments/argument.js';
import { RtcInvalidStateError } from '../../../errors/rtc-error.js';
import {
  type Bounds,
  checkBounds,
  checkTimeout,
  type WaitOptions,
  Deadline,
} from '../../../time/deadline.js';
import type { Clock } from '../../../time/clock.js';
import { poll, bounded, DEFAULT_WAIT_MS, started } from '../../../time/wait.js';
import type { NegotiatedConnection } from './negotiated-connection.js';

/** An offer or an answer with its candidates in it: all that the peer needs, in one message. */
export interface CompleteDescription<Type extends 'offer' | 'answer'> {
  readonly type: Type;
  readonly sdp: string;
}

export interface OneShotOptions extends WaitOptions {
  /**
   * Milliseconds that candidates of STUN and TURN servers are waited for; then the description goes with those found.
   * Default 2000. Without such servers all candidates are there at once.
   */
  gatheringTimeout?: number | undefined;
}

/**
 * One-shot signaling: one offer and one answer, each complete, as HTTP, WHIP or copy and paste carry them.
 *
 * Which end checks the path first, and which is the DTLS server, is decided where descriptions go to the library
 * (`CandidateGate`), so it is the same as with `negotiate`.
 */
export class OneShot {
  readonly #connection: NegotiatedConnection;
  readonly #clock: Clock;
  readonly #assertFree: (what: string) => void;

  /** `assertFree` throws where the connection can not be negotiated by the call `what`. */
  constructor(connection: NegotiatedConnection, clock: Clock, assertFree: (what: string) => void) {
    this.#connection = connection;
    this.#clock = clock;
    this.#assertFree = assertFree;
  }

  offer(options: unknown): Promise<CompleteDescription<'offer'>> {
    return started(() => {
      const checked = checkOptions(options, 'offer()');
      this.#assertFree('offer()');
      const connection = this.#connection;
      // The library may have made the offer by itself, with the first channel.
      if (connection.signalingState !== 'have-local-offer') connection.setLocalDescription('offer');
      return this.#complete('offer', checked);
    });
  }

  answer(offer: unknown, options: unknown): Promise<CompleteDescription<'answer'>> {
    return started(() => {
      const { sdp } = checkDescription(offer, 'offer', 'offer');
      const checked = checkOptions(options, 'answer()');
      this.#assertFree('answer()');
      const connection = this.#connection;
      connection.setRemoteDescription({ type: 'offer', sdp });
      if (connection.signalingState === 'have-remote-offer') connection.setLocalDescription('answer');
      // What the peer has not offered waits for another negotiation; the library has begun one by itself.
      if (connection.signalingState === 'have-local-offer') connection.setLocalDescription('rollback');
      return this.#complete('answer', checked);
    });
  }

  accept(answer: unknown): void {
    const { sdp } = checkDescription(answer, 'answer', 'answer');
    this.#assertFree('accept()');
    const connection = this.#connection;
    const { signalingState: state, path } = connection;
    if (state !== 'have-local-offer' && state !== 'have-remote-pranswer') {
      const why = connection.remoteDescription() ? 'it was answered before' : 'offer() was not called';
      throw new RtcInvalidStateError(`accept() needs an offer that waits for its answer; ${why}`, { path });
    }
    connection.setRemoteDescription({ type: 'answer', sdp });
  }

  async #complete<Type extends 'offer' | 'answer'>(
    type: Type,
    { bounds, gatheringTimeout }: CheckedOptions,
  ): Promise<CompleteDescription<Type>> {
    const connection = this.#connection;
    using deadline = new Deadline(this.#clock, { timeout: gatheringTimeout, signal: connection.signal });
    const gathered = async () => {
      await poll(() => connection.gatheringState === 'complete', deadline);
      // Where the names of servers are still looked up there is none yet, whatever the candidates are worth.
      using longer = new Deadline(this.#clock, {
        timeout: bounds.timeout ?? DEFAULT_WAIT_MS,
        signal: connection.signal,
      });
      await poll(() => connection.localDescription()?.type === type, longer);
      // An offerer that has been checked when it takes the answer checks at once, otherwise 50 ms later.
      if (type === 'answer') await poll(() => !connection.exchange.isAboutToCheck, deadline, CHECKING_MS);
    };
    await bounded(gathered(), bounds, this.#clock, connection.path, 'gathering candidates');
    connection.signal.throwIfAborted();
    return { type, sdp: connection.localDescription()?.sdp ?? '' };
  }
}

interface CheckedOptions {
  readonly bounds: Bounds;
  readonly gatheringTimeout: number;
}

function checkOptions(options: unknown, where: string): CheckedOptions {
  const bounds = checkBounds(options, where, ['gatheringTimeout']);
  const name = `${where} options.gatheringTimeout`;
  const given = readFrom(name, () => (options as OneShotOptions | undefined)?.gatheringTimeout);
  return { bounds, gatheringTimeout: given === undefined ? GATHERING_MS : checkTimeout(given, name) };
}

function checkDescription(value: unknown, type: 'offer' | 'answer', name: string): { sdp: string } {
  if (typeof value !== 'object' || value === null) {
    throw wrongType(name, `an object with type '${type}' and sdp`, value);
  }
  const given = value as { type?: unknown; sdp?: unknown };
  oneOf(type)(
    readFrom(`${name}.type`, () => given.type),
    `${name}.type`,
  );
  return {
    sdp: string(
      readFrom(`${name}.sdp`, () => given.sdp),
      `${name}.sdp`,
    ),
  };
}

/** Milliseconds that our checks may take to begin, at the most. */
const CHECKING_MS = 20;
/** Milliseconds: a STUN server that answers does so within a second, and no HTTP request should wait for a dead one. */
const GATHERING_MS = 2000;
