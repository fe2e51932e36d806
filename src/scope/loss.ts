/** What an end may have cost. */
export interface Loss {
  /**
   * Messages that are known not to have been delivered, or that the end did not wait for: sent and not confirmed by
   * the peer within the deadline, plus received and never handed over.
   */
  readonly undelivered: number;
  /**
   * At most so much of what `send` accepted may not have arrived; zero where the peer confirmed everything. Also
   * counts what was on its way when the peer closed. What was sent more than a minute before counts as arrived. Exact to 64 kB; WebSockets: what the system had not taken.
   */
  readonly unconfirmed: { readonly messages: number; readonly bytes: number };
}

export const NOTHING_LOST: Loss = { undelivered: 0, unconfirmed: { messages: 0, bytes: 0 } };
