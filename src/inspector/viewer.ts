import type { ServerResponse } from 'node:http';
import type { FeedMessage } from './protocol.js';

/** One open page, at the other end of a stream of server-sent events. */
export class Viewer {
  readonly #response: ServerResponse;
  readonly #whole: () => FeedMessage;
  /** It missed something, because its browser was too slow to take it. */
  #behind = false;

  constructor(response: ServerResponse, whole: () => FeedMessage) {
    this.#response = response;
    this.#whole = whole;
  }

  begin(): void {
    this.#response.setHeader('Content-Type', 'text/event-stream');
    // A page that lost us asks again soon: the application may be back.
    this.#response.write('retry: 1000\n\n');
    this.#write(JSON.stringify(this.#whole()));
  }

  /** Sends a difference. A slow page misses it, and gets the whole when it can take something again. */
  send(text: string): void {
    if (this.#response.writableNeedDrain) this.#behind = true;
    else if (this.#behind) {
      this.#behind = false;
      this.#write(JSON.stringify(this.#whole()));
    } else this.#write(text);
  }

  end(): void {
    this.#response.end('event: end\ndata: {}\n\n');
  }

  /** A response keeps what is written until the next tick, which a process that exits does not reach; `uncork` sends. */
  #write(text: string): void {
    this.#response.cork();
    this.#response.write(`data: ${text}\n\n`);
    this.#response.uncork();
  }
}
