/** What an end may have cost. */
export interface Loss {
  /**
   * Messages that `send` or `trySend` accepted and that are known not to have reached the peer, or that the end did not
   * wait for: not confirmed by the peer within the deadline, or still waiting for the channel to open.
   */
  readonly undelivered: number;
  /**
   * Messages that arrived and that no listener, iterator or stream has taken. They can still be iterated, but for those
   * for which the receive buffer had no room.
   */
  readonly unread: number;
  /**
   * At most so much of what `send` accepted may not have arrived; zero where the peer confirmed everything. Also
   * counts what was on its way when the peer closed. What was sent more than a minute before counts as arrived. Exact
   * to 64 kB; WebSockets: what the system had not taken.
   */
  readonly unconfirmed: { readonly messages: number; readonly bytes: number };
}

export const NOTHING_LOST: Loss = { undelivered: 0, unread: 0, unconfirmed: { messages: 0, bytes: 0 } };
