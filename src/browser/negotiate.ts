import { RtcAbortedError, RtcClosedError, RtcNativeError, RtcTimeoutError } from '../errors/rtc-error.js';
import { rollsBack } from '../resources/sdp.js';
import type {
  SignalingMessage,
  SignalingProgress,
} from '../resources/connection/negotiation/signaling-vocabulary.js';
import { pageClock } from './page-clock.js';
import type { PeerConnectionLike } from './page-types.js';

/** A message from the peer, which is not checked yet. */
interface Received {
  readonly description: { readonly type: string; readonly sdp: string };
  readonly candidate: { readonly candidate: string } | null;
}

/** The signaling with one peer: `room.connect(peer)`, or anything that delivers messages in order and loses none. */
export interface Signaling {
  send(message: SignalingMessage): unknown;
  subscribe(onMessage: (message: unknown) => void, onClosed: (reason?: unknown) => void): Disposable;
  readonly progress?: SignalingProgress;
  readonly polite?: boolean | undefined;
}

export interface NegotiateOptions {
  /** This side rolls its offer back when both offer at once. Default: as the signaling says, or else the two offers. */
  polite?: boolean | undefined;
  /** Milliseconds until the promise rejects with `RTC_TIMEOUT`. Default 30 000. */
  timeout?: number | undefined;
  /** Aborting it ends the negotiation. */
  signal?: AbortSignal | undefined;
}

/**
 * Perfect negotiation (W3C WebRTC, section 10.7) with a page, or with `pc.negotiate()` of `scoped-rtc`: exchanges
 * offers, answers and candidates, and resolves collisions of offers. Resolves when the connection is up; negotiation
 * continues until the connection or the signaling closes. Channels may be created before or after the call.
 */
export function negotiate(
  pc: PeerConnectionLike,
  signaling: Signaling,
  { polite = signaling.polite, timeout = 30_000, signal }: NegotiateOptions = {},
): Promise<void> {
  return new Promise((resolve, reject) => {
    /** Steps run one after the other, so the signaling state does not change during a step. */
    let steps: Promise<unknown> = Promise.resolve();
    let isOver = false;
    /** The peer's latest offer was ignored, so its candidates are, too. */
    let ignored = false;

    const run = (step: () => Promise<unknown>) => {
      steps = steps
        .then(() => (isOver ? undefined : step()))
        .catch((error: unknown) => {
          if (!isOver) console.warn('scoped-rtc: a step of the negotiation failed', error);
        });
    };
    const send = (message: SignalingMessage) => {
      if (!isOver) Promise.resolve(signaling.send(message)).catch(() => {}); // the subscriber learns of the end
    };
    const describe = async () => {
      await pc.setLocalDescription();
      const { type, sdp } = pc.localDescription as { type: 'offer' | 'answer'; sdp: string };
      send({ description: { type, sdp } });
    };
    const offer = async () => {
      if (pc.signalingState === 'stable') await describe();
    };
    /** The connection checks what the messages contain. */
    const take = async ({ description, candidate }: Partial<Received>) => {
      if (!description) {
        const added = pc.addIceCandidate(candidate ?? undefined);
        return added.catch((error: unknown) => {
          if (!ignored && candidate?.candidate) throw error;
        });
      }
      if (description.type === 'rollback') return; // a peer may only roll back its own offer
      const collides = description.type === 'offer' && pc.signalingState === 'have-local-offer';
      ignored = collides && !(polite ?? rollsBack(pc.localDescription?.sdp ?? '', description.sdp));
      if (ignored) return;
      // Chromium sometimes stops gathering when an offer is rolled back before its first candidate.
      for (let tries = 50; collides && tries > 0 && !pc.localDescription?.sdp?.includes('a=cand'); tries--)
        await new Promise<void>((done) => pageClock.after(10, done));
      await pc.setRemoteDescription(description); // rolls our own offer back by itself
      if (description.type === 'offer') await describe();
    };

    const stop = () => {
      isOver = true;
      cancel();
      signal?.removeEventListener('abort', onAbort);
      for (const [event, listener] of listeners) pc.removeEventListener(event, listener);
      subscription?.[Symbol.dispose]();
    };
    const fail = (error: Error) => {
      stop();
      reject(error);
    };
    const onAbort = () => fail(new RtcAbortedError('the negotiation was aborted', { cause: signal?.reason }));
    const onState = () => {
      const state = pc.connectionState;
      if (state === 'connected') {
        cancel();
        resolve();
      } else if (state === 'failed') reject(new RtcNativeError('the connection failed'));
      else if (state === 'closed') fail(new RtcClosedError('RTC_CLOSED', 'the connection was closed'));
    };
    const listeners: readonly [string, Parameters<PeerConnectionLike['addEventListener']>[1]][] = [
      ['negotiationneeded', () => run(offer)],
      ['connectionstatechange', onState],
      [
        'icecandidate',
        ({ candidate }: { candidate: { toJSON(): never } | null }) =>
          send({ candidate: candidate && candidate.toJSON() }),
      ],
    ];
    const cancel = pageClock.after(timeout, () => {
      const { description, cause } = signaling.progress ?? {};
      const why = `connecting took longer than ${timeout} ms${description ? `: ${description}` : ''}`;
      fail(new RtcTimeoutError(why, { cause }));
    });
    for (const [event, listener] of listeners) pc.addEventListener(event, listener);
    signal?.addEventListener('abort', onAbort);
    if (signal?.aborted) return onAbort();
    // `negotiationneeded` may have fired before there was a listener: then there is something to offer, and no
    // description yet.
    run(async () => {
      if (pc.signalingState !== 'stable' || pc.localDescription || pc.remoteDescription) return;
      if (/^m=/m.test((await pc.createOffer()).sdp ?? '')) await offer();
    });
    const subscription: Disposable | undefined = signaling.subscribe(
      (given) => run(() => take((given ?? {}) as Partial<Received>)),
      (cause) => {
        // With both descriptions exchanged the connection needs no signaling to come up.
        if (pc.signalingState === 'stable' && pc.remoteDescription) return stop();
        fail(
          new RtcClosedError('RTC_CLOSED', 'the signaling ended before offer and answer were exchanged', {
            cause,
          }),
        );
      },
    );
    onState();
  });
}
