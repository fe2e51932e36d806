import { RtcInvalidStateError } from '../../../errors/kinds.js';
import type { DescriptionType, SignalingState } from '../peer-connection-state.js';

/** Throws for what `setLocalDescription` ends the process over (H10); `negotiable`: there is a channel or track. */
export function assertMayDescribe(
  path: string,
  type: DescriptionType,
  state: SignalingState,
  negotiable: boolean,
): void {
  if (type === 'rollback') return;
  const refuse = (why: string) => {
    throw new RtcInvalidStateError(`setLocalDescription(${type}) is not possible: ${why}`, { path });
  };
  const answers = state === 'have-remote-offer' || state === 'have-local-pranswer';
  const offers = state === 'stable';
  const possible = type === 'offer' ? offers : type === 'unspec' ? answers || offers : answers;
  if (!possible) refuse(`the signaling state is ${state}`);
  if (!negotiable) refuse('there is no channel or track to negotiate');
}
