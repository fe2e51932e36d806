/** @typedef {'connecting' | 'live' | 'paused' | 'lost' | 'ended' | 'file'} SourceState */

/**
 * The stream of messages from the application.
 *
 * Pausing ends the stream: the application then does no work for this page. Going on begins with the whole.
 */
export class LiveSource {
  /** @type {EventSource | undefined} */
  #events;
  /** @type {SourceState} */
  #state = 'connecting';
  #onMessage;
  #onState;

  /**
   * @param {(message: import('../protocol.js').FeedMessage) => void} onMessage
   * @param {(state: SourceState) => void} onState
   */
  constructor(onMessage, onState) {
    this.#onMessage = onMessage;
    this.#onState = onState;
  }

  get state() {
    return this.#state;
  }

  open() {
    // Opened as a file there is nobody to ask: the page is for traces then.
    if (location.protocol === 'file:') return this.#say('file');
    this.#say('connecting');
    const events = new EventSource('events');
    this.#events = events;
    events.addEventListener('message', ({ data }) => {
      if (this.#events !== events) return;
      if (this.#state !== 'live') this.#say('live');
      this.#onMessage(JSON.parse(data));
    });
    events.addEventListener('error', () => {
      if (this.#events === events && this.#state !== 'ended') this.#say('lost');
    });
    events.addEventListener('end', () => {
      this.close('ended');
    });
  }

  /** @param {SourceState} state */
  close(state = 'paused') {
    this.#events?.close();
    this.#events = undefined;
    this.#say(state);
  }

  /** @param {SourceState} state */
  #say(state) {
    this.#state = state;
    this.#onState(state);
  }
}
