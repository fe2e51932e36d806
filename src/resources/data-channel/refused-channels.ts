import { RtcNativeError } from '../../errors/rtc-error.js';
import { TREE_NODE } from '../../scope/node.js';
import { rejectsDataSection } from '../sdp.js';
import type { DataChannel } from './data-channel.js';

/**
 * Ends the channels that wait for the peer when its answer rejects the section for data channels: the library tells them
 * nothing, and they would wait for ever. `isFinal`: the answer is not a provisional one.
 */
export function endRefused(channels: Iterable<DataChannel>, answer: string, isFinal: boolean): void {
  if (!isFinal || !rejectsDataSection(answer)) return;
  for (const channel of [...channels]) {
    if (channel.state !== 'opening') continue;
    const why = 'the peer takes no data channels: its answer rejects the section m=application';
    channel[TREE_NODE].behaviour.kill?.(new RtcNativeError(why, { path: channel.path }));
  }
}
