import { readFrom, wrongType } from '../../../arguments/wrong-argument.js';
import { boolean } from '../../../arguments/argument.js';
import { type Bounds, checkBounds } from '../../../scope/scope-options.js';
import { Handle } from '../../handle.js';
import type { NegotiateOptions } from './negotiation.js';
import type { Signaling } from './signaling.js';

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
