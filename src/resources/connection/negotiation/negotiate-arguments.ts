import { readFrom, wrongType, boolean } from '../../../arguments/argument.js';
import { type Bounds, checkBounds, type WaitOptions } from '../../../arguments/bounds.js';
import { Handle } from '../../handle.js';
import type { Signaling } from './signaling.js';

export interface NegotiateOptions extends WaitOptions {
  /**
   * When both sides offer at once, the polite one rolls its offer back. Needed only where the role of the other side is
   * set, too, for instance a browser that runs the W3C's "perfect negotiation" with a fixed role: then exactly one side
   * must be polite. Default: the signaling's `polite`, or else the side whose offer has the smaller session id
   * (`o=` line), which two ends of this package agree on by themselves.
   */
  polite?: boolean | undefined;
}

/** Throws a `TypeError` or `RangeError` that names the argument, before anything was changed. */
export function checkNegotiateArguments(
  signaling: unknown,
  options: unknown,
): { bounds: Bounds; polite: boolean | undefined } {
  const bounds = checkBounds(options, 'negotiate()', ['polite']);
  const polite = readFrom('options.polite', () => ((options ?? {}) as NegotiateOptions).polite);
  if (polite !== undefined) boolean(polite, 'options.polite');
  const isSignaling = readFrom('signaling', () => {
    if (signaling instanceof Handle) return false;
    const { send, subscribe } = (signaling ?? {}) as Partial<Signaling>;
    return typeof send === 'function' && typeof subscribe === 'function';
  });
  if (isSignaling) return { bounds, polite };
  throw wrongType(
    'signaling',
    'an object with send() and subscribe(), such as messageChannelSignaling(channel)',
    signaling,
  );
}
