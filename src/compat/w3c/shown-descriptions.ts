import { withCandidates } from '../../resources/sdp.js';
import type { Described } from './descriptions.js';
import type { Gathering } from './gathering.js';
import type { SessionDescription, SessionDescriptionInit } from './w3c-types.js';

/** The descriptions as objects for the application: the same one as long as the description is the same. */
export class ShownDescriptions {
  readonly #gathering: Gathering;
  readonly #make: (init: SessionDescriptionInit) => SessionDescription;
  readonly #made = new WeakMap<Described, SessionDescription>();

  constructor(gathering: Gathering, make: (init: SessionDescriptionInit) => SessionDescription) {
    this.#gathering = gathering;
    this.#make = make;
  }

  local(described: Described | null): SessionDescription | null {
    return described && this.#shown(described, withCandidates(described.text, this.#gathering.shown));
  }

  remote(described: Described | null): SessionDescription | null {
    return described && this.#shown(described, described.sdp);
  }

  #shown(described: Described, sdp: string): SessionDescription {
    const before = this.#made.get(described);
    if (before?.sdp === sdp) return before;
    const made = this.#make({ type: described.type, sdp });
    this.#made.set(described, made);
    return made;
  }
}
