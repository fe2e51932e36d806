import { validateMessage } from '../../native/validate/message.js';
import { MessageChannel } from '../../resources/channel/message-channel.js';
import type { Sendable } from '../../resources/channel/message.js';
import { realTime } from '../real-time.js';
import type { MatcherContext, MatcherResult } from './matcher-context.js';
import { MATCHER_WAIT_MS } from './matcher-wait.js';

/** A message, or an asymmetric matcher such as `expect.stringContaining('hello')`. */
export type ExpectedMessage = Sendable | { asymmetricMatch(other: unknown): boolean };

const POLL_MS = 2;

export async function toHaveReceived(
  this: MatcherContext,
  received: unknown,
  ...messages: ExpectedMessage[]
): Promise<MatcherResult> {
  if (!(received instanceof MessageChannel)) {
    throw new TypeError("toHaveReceived() is for a channel: await expect(channel).toHaveReceived('hello')");
  }
  const channel: MessageChannel = received;
  const expected = messages.map(comparable);
  const iterator = channel[Symbol.asyncIterator]();
  try {
    // Looked at, not taken: what does not match stays for whoever reads next.
    const end = realTime.now() + (this.isNot ? 0 : MATCHER_WAIT_MS);
    while (iterator.buffered < expected.length && channel.state !== 'closed' && realTime.now() < end) {
      await realTime.sleep(POLL_MS);
    }
    const waiting = iterator.buffer.drain();
    for (const message of waiting) iterator.buffer.push(message);
    const actual = waiting.slice(0, expected.length);
    const pass = actual.length === expected.length && this.equals(actual, expected);
    if (pass && !this.isNot) for (const _ of expected) await iterator.next();
    return {
      pass,
      message: () =>
        pass
          ? `expected ${channel.path} not to have received ${shown(expected)}`
          : `expected ${channel.path} to have received ${shown(expected)}; it has ${shown(actual)}`,
      actual,
      expected,
    };
  } finally {
    await iterator.return();
  }
}

/** Binary messages arrive as buffers. */
function comparable(message: ExpectedMessage, index: number): unknown {
  if (typeof message === 'object' && message !== null && 'asymmetricMatch' in message) return message;
  const { data } = validateMessage(message, `messages[${index}]`);
  return typeof data === 'string' ? data : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

function shown(messages: readonly unknown[]): string {
  if (messages.length === 0) return 'nothing';
  return messages
    .map((message) => {
      if (typeof message === 'string') return JSON.stringify(message);
      return Buffer.isBuffer(message) ? `<${message.byteLength} bytes>` : String(message);
    })
    .join(', ');
}
