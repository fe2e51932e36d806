import { MAX_INT32 } from '../../native/validate/limits.js';

/** libdatachannel's (`impl/internals.hpp`). */
const DEFAULT_MAX_MESSAGE_SIZE = 262_144;

/**
 * The limit for messages, and the configuration with one that is a byte larger: the library cuts a message off that
 * exceeds its limit, and hands over what is left as if it were the message.
 */
export function withLimit<C extends { maxMessageSize?: number }>(config: C): [limit: number, config: C] {
  const limit = config.maxMessageSize ?? DEFAULT_MAX_MESSAGE_SIZE;
  return [limit, { ...config, maxMessageSize: Math.min(limit + 1, MAX_INT32) }];
}
