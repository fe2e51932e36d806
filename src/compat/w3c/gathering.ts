import type { PeerConnection as Connection } from '../../resources/connection/peer-connection.js';
import type { ConnectionStates } from './connection-states.js';
import { Descriptions, type Media } from './descriptions.js';
import { LocalCandidates } from '../local-candidates.js';
import { midsOf, type PlacedCandidate, sectionOf, usernameFragmentOf } from '../../resources/sdp.js';
import type { IceCandidateInit } from './w3c-types.js';

/** Gathering as the application sees it: no event is fired before it has set a description. */
export class Gathering {
  readonly candidates: LocalCandidates;
  readonly descriptions: Descriptions;
  readonly #handle: Connection;
  readonly #states: ConnectionStates;
  #isComplete = false;

  constructor(
    handle: Connection,
    states: ConnectionStates,
    media: Media,
    fire: (candidate: IceCandidateInit | null) => void,
  ) {
    this.#handle = handle;
    this.#states = states;
    this.candidates = new LocalCandidates((found) => fire(found && this.#asInit(found)));
    this.descriptions = new Descriptions(handle, this.candidates, media);
    handle.on('localCandidate', (candidate, mid) => {
      this.candidates.add({ candidate: candidate.replace(/^a=/, ''), mid });
      this.update();
    });
    handle.on('gatheringStateChange', (state) => {
      this.#isComplete = state === 'complete';
      this.update();
    });
  }

  /** Candidates that the local description shows: all of them once the application knows that gathering has ended. */
  get shown(): readonly PlacedCandidate[] {
    return this.#states.now.iceGatheringState === 'complete' ? this.candidates.found : this.candidates.shown;
  }

  update(): void {
    const { local, state } = this.descriptions;
    if (state === 'closed') return;
    if (!local) {
      // The first offer was rolled back. The next one gathers again as the application sees it: a description with all candidates in it,
      // sent at once, lets the peer connect while its answer is stored (H48).
      this.#states.set('iceGatheringState', 'new');
      return;
    }
    if (this.#handle.gatheringState !== 'new') this.#states.set('iceGatheringState', 'gathering');
    // The last candidates of an answerer come after the library has reported the end of gathering (H27).
    if (!this.#isComplete || this.candidates.found.length < this.descriptions.candidateLines().length) return;
    this.#states.set('iceGatheringState', 'complete');
    this.candidates.end();
  }

  /** It may have been found for an offer that the peer's took the place of, with sections of other names, or for none that is left. */
  #describedMid(sdp: string, found: string): string {
    const mid = this.#handle.exchange.acceptedMid(found);
    const mids = midsOf(sdp);
    return mids.includes(mid) ? mid : (mids[0] ?? mid);
  }

  #asInit(placed: PlacedCandidate): IceCandidateInit {
    const sdp = this.descriptions.local?.text ?? '';
    const mid = placed.mid === null ? null : this.#describedMid(sdp, placed.mid);
    return {
      candidate: placed.candidate,
      sdpMid: mid,
      sdpMLineIndex: sectionOf(sdp, { ...placed, mid }) ?? 0,
      usernameFragment: usernameFragmentOf(sdp) ?? null,
    };
  }
}
