import { RtcNativeError } from '../../errors/rtc-error.js';
import { TREE_NODE } from '../../scope/node.js';
import type { DataChannel } from './data-channel.js';

/**
 * Ends the channels that wait for a peer whose answer rejects the section for data channels: the library tells them nothing, and
 * they would wait for ever. A pranswer counts: the library takes it for the answer.
 */
export function endRefused(channels: Iterable<DataChannel>): void {
  for (const channel of [...channels]) {
    if (channel.state !== 'opening') continue;
    const why = 'the peer takes no data channels: its answer rejects the section m=application';
    channel[TREE_NODE].behaviour.kill?.(new RtcNativeError(why, { path: channel.path }));
  }
}
