import { RtcInvalidStateError } from '../../../errors/kinds.js';
import type { DescriptionType, GatheringState, SignalingState } from '../peer-connection-state.js';

interface DescribedConnection {
  readonly path: string;
  readonly signalingState: SignalingState;
  readonly gatheringState: GatheringState;
}

/** Throws for what `setLocalDescription` ends the process over (H10); `negotiable`: there is a channel or track; `choosesCredentials`: by `iceUfrag` and `icePwd`. */
export function assertMayDescribe(
  connection: DescribedConnection,
  type: DescriptionType,
  negotiable: boolean,
  choosesCredentials: boolean,
): void {
  if (type === 'rollback') return;
  const { path, signalingState: state } = connection;
  const call = type === 'unspec' ? 'setLocalDescription()' : `setLocalDescription('${type}')`;
  const refuse = (why: string) => {
    throw new RtcInvalidStateError(`${call} is not possible: ${why}`, { path });
  };
  const answers = state === 'have-remote-offer' || state === 'have-local-pranswer';
  const offers = state === 'stable';
  const possible = type === 'offer' ? offers : type === 'unspec' ? answers || offers : answers;
  if (!possible) refuse(WHY_NOT[state] ?? `the signaling state is ${state}`);
  if (!negotiable) refuse('there is no channel or track to negotiate');
  if (choosesCredentials && connection.gatheringState !== 'new') {
    refuse(
      'iceUfrag and icePwd can be chosen before candidates are gathered, and the library has no ICE restart',
    );
  }
}

/** Where the state does not say by itself what came before the call. */
const WHY_NOT: Readonly<Partial<Record<SignalingState, string>>> = {
  'have-local-offer':
    'an offer was made already (signaling state have-local-offer), by an earlier call or by the first ' +
    'createDataChannel() without disableAutoNegotiation; it waits for the answer of the peer',
  'have-remote-offer':
    'the offer of the peer waits for an answer (signaling state have-remote-offer); call ' +
    "setLocalDescription('answer')",
  stable: 'there is no offer to answer (signaling state stable)',
};
