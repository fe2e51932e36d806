import { restartsIce, rollsBack, withoutAddresses } from '../../sdp.js';
import type { LibraryContext } from '../../../library/library-context.js';
import { shownText } from '../../../diagnostics/described-error.js';
import { poll, Deferred } from '../../../time/wait.js';
import { RtcClosedError, RtcInvalidStateError, RtcNativeError, RtcError } from '../../../errors/rtc-error.js';
import { Deadline, type WaitOptions, type Bounds, checkBounds } from '../../../time/deadline.js';
import { isWithoutSocket } from '../../../native/call-native.js';
import type { NegotiatedConnection } from './negotiated-connection.js';
import type { SessionDescription } from '../peer-connection-events.js';
import { LocalCandidates, RemoteCandidates } from './candidates.js';
import {
  readSignalingMessage,
  type Signaling,
  type SignalingMessage,
  type SignalingProgress,
  SignalingSender,
} from './signaling.js';
import { readFrom, wrongType, boolean } from '../../../arguments/argument.js';
import { Handle } from '../../handle.js';

export interface NegotiateOptions extends WaitOptions {
  /**
   * When both sides offer at once, the polite one rolls its offer back. Needed only where the role of the other side is
   * set, too, for instance a browser that runs the W3C's "perfect negotiation" with a fixed role: then exactly one side
   * must be polite. Default: the signaling's `polite`, or else the side whose offer has the smaller session id
   * (`o=` line), which two ends of this package agree on by themselves.
   */
  polite?: boolean | undefined;
}

/** Throws a `TypeError` or `RangeError` that names the argument, before anything was changed. */
export function checkNegotiateArguments(
  signaling: unknown,
  options: unknown,
): { bounds: Bounds; polite: boolean | undefined } {
  const bounds = checkBounds(options, 'negotiate()', ['polite']);
  const polite = readFrom('options.polite', () => ((options ?? {}) as NegotiateOptions).polite);
  if (polite !== undefined) boolean(polite, 'options.polite');
  const isSignaling = readFrom('signaling', () => {
    if (signaling instanceof Handle) return false;
    const { send, subscribe } = (signaling ?? {}) as Partial<Signaling>;
    return typeof send === 'function' && typeof subscribe === 'function';
  });
  if (isSignaling) return { bounds, polite };
  const { message } = wrongType(
    'signaling',
    'an object with send() and subscribe(), such as messageChannelSignaling(channel)',
    signaling,
  );
  throw new TypeError(message + readFrom('signaling', () => remedy(signaling)));
}

/** What to do about values that are often given in place of a signaling. */
function remedy(given: unknown): string {
  if (Array.isArray(given)) return '; memorySignaling() returns two ends: give one to each connection';
  const { connect, peer } = (given ?? {}) as { connect?: unknown; peer?: unknown };
  const isRoom = typeof connect === 'function' && typeof peer === 'string';
  return isRoom ? '; use room.connect(peer)' : '';
}

/**
 * One connection's side of "perfect negotiation" (W3C WebRTC, section 10.7) over one signaling: local descriptions
 * and candidates go out, remote ones are taken, offers that cross are settled. It goes on after the connection is
 * up, until the signaling or the connection closes.
 *
 * Every step with the library is synchronous and in one thread, so the flags of the W3C's example that guard its
 * awaits (`makingOffer`, `isSettingRemoteAnswerPending`) are the signaling state itself here.
 */
export class Negotiation {
  readonly #connection: NegotiatedConnection;
  readonly #context: LibraryContext;
  readonly #signaling: Signaling;
  readonly #polite: boolean | undefined;
  readonly #sender: SignalingSender;
  readonly #candidates: RemoteCandidates;
  readonly #failed = new Deferred<never>();
  readonly #subscriptions: Disposable[] = [];
  readonly #local: LocalCandidates;
  readonly #stopped = new Deferred<void>();
  /** The offer that was there when this began, without addresses, until the next description of ours. */
  #begunWith: string | undefined;
  #active = true;
  #gathering = false;
  #answerOwed = false;
  #warnings = 0;

  constructor(
    connection: NegotiatedConnection,
    context: LibraryContext,
    signaling: Signaling,
    polite: boolean | undefined,
  ) {
    this.#connection = connection;
    this.#context = context;
    this.#signaling = signaling;
    this.#polite = polite ?? signaling.polite;
    this.#sender = new SignalingSender(signaling, connection.path, (error) => this.#lost(error));
    this.#local = new LocalCandidates(
      () =>
        this.#answerOwed ||
        (connection.signalingState === 'have-local-offer' && connection.remoteDescription() === null),
      (mid) => connection.exchange.acceptedMid(mid),
      (candidate) => this.#send({ candidate }),
    );
    this.#candidates = new RemoteCandidates({
      remoteDescription: () => connection.remoteDescription(),
      addRemoteCandidate: (candidate, mid) => connection.addRemoteCandidate(candidate, mid),
      refused: (what, cause) => this.#warn(what, cause),
    });
    try {
      if (signaling.handle) connection.dependsOn(signaling.handle);
      signaling.usedBy?.(connection);
      this.#subscriptions.push(
        connection.subscribe('localDescription', (description) => this.#made(description)),
        connection.subscribe('localCandidate', (candidate, mid) => this.#local.found(candidate, mid)),
      );
      this.#begin();
      const subscription = signaling.subscribe(
        (message) => this.#receive(message),
        (reason) => this.#lost(reason),
      );
      this.#subscriptions.push(subscription);
      if (!this.#active) this.stop();
    } catch (error) {
      this.stop();
      throw error;
    }
  }

  get signalingProgress(): SignalingProgress | undefined {
    return this.#signaling.progress;
  }

  /** False once nothing is sent or taken any more. */
  get active(): boolean {
    return this.#active;
  }

  /** Throws while this negotiation goes on: a connection has one at a time. */
  assertOver(): void {
    if (this.#active) throw new RtcInvalidStateError(CALLED_BEFORE, { path: this.#connection.path });
  }

  /** Resolves when the connection is up. A rejection ends the negotiation; the connection stays as it is. */
  async connected(options: WaitOptions): Promise<void> {
    try {
      await Promise.race([this.#connection.connected(options), this.#failed.promise]);
    } catch (error) {
      this.stop();
      throw error;
    }
  }

  stop(): void {
    this.#active = false;
    this.#stopped.resolve();
    this.#sender.stop();
    for (const subscription of this.#subscriptions.splice(0)) subscription[Symbol.dispose]();
  }

  #begin(): void {
    const connection = this.#connection;
    const local = connection.localDescription();
    if (connection.signalingState === 'have-local-offer' && connection.exchange.isAnnounced && local) {
      // The offer went to an earlier negotiation that failed, or to another listener. Its text has the candidates found since.
      this.#describe(local);
      this.#begunWith = withoutAddresses(local.sdp);
    } else if (
      connection.signalingState === 'stable' &&
      connection.exchange.negotiable &&
      local === null &&
      connection.remoteDescription() === null
    ) {
      connection.setLocalDescription('offer'); // with `disableAutoNegotiation` nobody has done it yet
    }
  }

  /** The event of an offer that was made before the connection was adopted may come after `#begin` has sent its text. */
  #made(description: SessionDescription): void {
    const before = this.#begunWith;
    this.#begunWith = undefined;
    if (before !== withoutAddresses(description.sdp)) this.#describe(description);
  }

  #describe({ type, sdp }: SessionDescription): void {
    if (type !== 'offer' && type !== 'answer' && type !== 'pranswer') return;
    this.#send({ description: { type, sdp } });
    if (type === 'answer') {
      this.#answerOwed = false;
      this.#local.flush();
    }
    void this.#watchGathering();
  }

  /** Polled: a native callback would cost every wake-up of the process for good (H15). */
  async #watchGathering(): Promise<void> {
    if (this.#gathering || this.#connection.gatheringState === 'new') return;
    this.#gathering = true;
    using deadline = new Deadline(this.#context.clock, { timeout: LONGEST_GATHERING_MS });
    const over = () => !this.#active || !this.#connection.exchange.findsCandidates;
    await poll(over, deadline, LONGEST_GATHERING_MS, this.#stopped.promise);
    if (!this.#active || !over()) return;
    this.#local.complete();
  }

  #send(message: SignalingMessage): void {
    if (this.#active) this.#sender.send(message);
  }

  /** Takes a message of the peer, which may be anything. Never throws into the code that delivers it. */
  #receive(given: unknown): void {
    if (!this.#active) return;
    try {
      const message = readSignalingMessage(given);
      if (typeof message === 'string') this.#warn(message);
      else if ('candidate' in message) this.#candidates.take(message.candidate);
      else this.#takeDescription(message.description);
    } catch (cause) {
      this.#warn('a message that could not be used', cause);
    }
  }

  #takeDescription(description: SessionDescription): void {
    const connection = this.#connection;
    const state = connection.signalingState;
    if (description.type !== 'offer' && state !== 'have-local-offer' && state !== 'have-remote-pranswer') {
      this.#warn(`an ${description.type} in signaling state ${state}`);
      return;
    }
    const collides = description.type === 'offer' && state === 'have-local-offer';
    if (collides && !this.#yieldsTo(description.sdp)) return;
    try {
      // The library rolls our own offer back by itself.
      connection.setRemoteDescription(description);
      if (description.type === 'offer') {
        this.#answerOwed = true;
        if (connection.signalingState === 'have-remote-offer') connection.setLocalDescription('answer');
      }
    } catch (cause) {
      const before = connection.remoteDescription();
      if (description.type === 'offer' && before && restartsIce(before.sdp, description.sdp)) {
        // The peer would wait for an answer for good, and most likely the path that it had is gone.
        const { path } = connection;
        void connection.abort(new RtcNativeError(NO_RESTART, { path, cause }));
        return;
      }
      if (isWithoutSocket(cause)) {
        this.stop();
        this.#failed.reject(cause as Error);
        return;
      }
      this.#warn(`a description of type ${description.type} that the library refused`, cause);
      // The library may have rolled our offer back before it refused the peer's.
      if (!collides || connection.signalingState !== 'stable') return;
      this.#begunWith = undefined; // the new offer may have the same text
      connection.setLocalDescription('offer');
      return;
    }
    this.#candidates.flush();
    this.#local.flush();
  }

  #yieldsTo(offer: string): boolean {
    if (this.#polite !== undefined) return this.#polite;
    const isPolite = rollsBack(this.#connection.localDescription()?.sdp ?? '', offer);
    if (isPolite === undefined) this.#warn('our own offer; both ends of the signaling seem to be the same');
    return isPolite ?? false;
  }

  /** The signaling ended or could not send. */
  #lost(cause: unknown): void {
    if (!this.#active) return;
    const complete =
      this.#connection.signalingState === 'stable' &&
      this.#connection.remoteDescription() !== null &&
      !this.#answerOwed &&
      this.#sender.idle;
    this.stop();
    // With both descriptions exchanged the connection needs no signaling to come up, and a peer that is already
    // connected may well have closed it: ICE decides then.
    if (complete) return;
    const { path } = this.#connection;
    const why = `the signaling ended before offer and answer were exchanged${rootOf(cause)}`;
    this.#failed.reject(
      cause instanceof RtcError && cause.code === 'RTC_OVERFLOW'
        ? cause
        : new RtcClosedError('RTC_CLOSED', why, cause === undefined ? { path } : { path, cause }),
    );
  }

  #warn(what: string, cause?: unknown): void {
    if (++this.#warnings > MOST_WARNINGS) return;
    const last = this.#warnings === MOST_WARNINGS ? '; further ones are not reported' : '';
    this.#context.warn({
      code: 'RTC_SIGNALING',
      message: `the peer of ${this.#connection.path} sent ${what}; it was ignored${last}`,
      path: this.#connection.path,
      ...(cause === undefined ? {} : { cause }),
    });
  }
}

/** What began it, for a message: the first error of a chain of causes. */
function rootOf(cause: unknown): string {
  let root = cause;
  for (let depth = 0; depth < MOST_CAUSES && root instanceof Error && root.cause instanceof Error; depth++)
    root = root.cause;
  return root instanceof Error && root.message !== '' ? `: ${shownText(root.message)}` : '';
}

/** A chain that is made by the program may lead back to its beginning. */
const MOST_CAUSES = 10;

const CALLED_BEFORE =
  'negotiate() was called on this connection already, and also handles later offers: call it once. ' +
  'To negotiate over other signaling, close the first one';

const NO_RESTART = 'the peer restarts ICE, which the library cannot do; connect anew';

/** Milliseconds. libjuice abandons STUN and TURN servers that do not answer within 40 s. */
const LONGEST_GATHERING_MS = 60_000;

/** A peer must not be able to fill a log. */
const MOST_WARNINGS = 10;
