import type { MessageTransport } from '../wire/message-transport.js';
import { parseObject } from '../wire/json.js';
import { BYE, type JoinRequest, MAY_COME_BACK } from '../wire/room-message.js';

/** Why the server sent us away. */
export interface Bye {
  readonly code: number;
  readonly reason: string;
  /** Joining again makes sense. */
  readonly mayComeBack: boolean;
}

/** What a link tells of its room. */
export interface RoomLinkEvents {
  joined(peers: readonly string[]): void;
  presence(peer: string, present: boolean): void;
  message(from: string, data: unknown): void;
  closed(reason: unknown, bye: Bye | undefined): void;
}

/** One socket's stay in a room of the signaling server. */
export class RoomLink implements Disposable {
  readonly #transport: MessageTransport;
  readonly #events: RoomLinkEvents;
  readonly #subscription: Disposable;
  #bye: Bye | undefined;

  constructor(transport: MessageTransport, request: JoinRequest, events: RoomLinkEvents) {
    this.#transport = transport;
    this.#events = events;
    this.#subscription = transport.subscribe(
      (text) => this.#receive(text),
      (reason) => events.closed(reason, this.#bye),
    );
    this.#say(JSON.stringify({ join: request }));
  }

  /** `json` is passed on as it is. */
  send(to: string, json: string): void | Promise<void> {
    return this.#transport.send(`{"to":${JSON.stringify(to)},"data":${json}}`);
  }

  /** Hears nothing more. The socket stays as it is. */
  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
  }

  #receive(given: unknown): void {
    const { joined, peer, present, from, data, stop, bye } = parseObject(given) ?? {};
    if (typeof from === 'string') this.#events.message(from, data);
    else if (typeof peer === 'string') this.#events.presence(peer, present === true);
    else if (stop === true) this.#say('{"stopped":true}');
    else if (joined) {
      const { peers } = joined as { peers?: unknown };
      this.#events.joined(Array.isArray(peers) ? peers.filter((name) => typeof name === 'string') : []);
    } else if (bye) {
      const { code } = bye as { code?: unknown };
      const known = BYE[code as keyof typeof BYE] as string | undefined;
      if (known !== undefined) {
        this.#bye = { code: code as number, reason: known, mayComeBack: MAY_COME_BACK.has(code as number) };
      }
    }
  }

  /** What cannot be sent is followed by the socket's end. */
  #say(text: string): void {
    try {
      const sent = this.#transport.send(text);
      if (sent) sent.catch(() => {});
    } catch {
      // as above
    }
  }
}
