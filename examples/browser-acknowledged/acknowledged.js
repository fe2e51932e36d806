/**
 * The browser's end of an `AcknowledgedChannel`, as docs/protocol.md describes it: no build step, no dependency.
 *
 * `transmit(frame)` takes a frame to the peer, or loses it. Call `receive(frame)` with what came, and `hello()` when
 * there is a new socket, or when the peer is back.
 */
export class AcknowledgedPeer {
  #session = crypto.randomUUID();
  #peer; // the other's session, once it is known
  #got = 0; // messages of the peer that arrived; the application has them at once
  #had = 0; // messages of ours that the peer's application has
  #sent = 0;
  #outbox = new Map(); // number -> { message, resolve }
  #wait = 250; // milliseconds until what nobody answered is said again; each time doubles it
  #timer;

  constructor(transmit, onMessage, onEnd) {
    Object.assign(this, { transmit, onMessage, onEnd });
  }

  /** Resolves when the peer's application has the message. */
  send(message) {
    return new Promise((resolve) => {
      this.#outbox.set(this.#had + this.#outbox.size + 1, { message, resolve });
      this.#pump();
    });
  }

  hello() {
    this.#sent = this.#had;
    this.#frame({ hi: true });
    this.#wait = Math.min(10_000, this.#wait * 2);
    this.#timer = clearTimeout(this.#timer);
    this.#pump();
  }

  receive({ v, s, p, had, hi, n, m, end }) {
    if (v !== 1) throw new Error(`the peer speaks version ${v}`);
    if (p !== undefined && p !== this.#session) return this.#frame({ hi: true }); // meant for one before us
    if ((this.#peer ??= s) !== s) return this.onEnd('the peer started anew');
    if (had > this.#had) this.#wait = 250;
    for (; p && this.#had < had; this.#outbox.delete(this.#had)) this.#outbox.get(++this.#had).resolve();
    if (n === this.#got + 1) {
      this.#got = n;
      this.onMessage(m);
    }
    if (hi) this.#sent = this.#had;
    if (hi || n !== undefined) this.#frame({});
    if (end) this.onEnd('the peer has closed the channel');
    this.#pump();
  }

  #pump() {
    while (this.#sent < this.#had + Math.min(this.#outbox.size, 64))
      this.#frame({ n: ++this.#sent, m: this.#outbox.get(this.#sent).message });
    if (this.#outbox.size > 0)
      this.#timer ??= setTimeout(() => this.hello(), this.#wait * (0.5 + Math.random() / 2));
  }

  #frame(more) {
    this.transmit({ v: 1, s: this.#session, p: this.#peer, got: this.#got, had: this.#got, ...more });
  }
}
