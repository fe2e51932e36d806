import { wrongType } from '../../arguments/wrong-argument.js';
import { string } from '../../arguments/argument.js';

export interface CheckedCandidate {
  readonly candidate: string;
  readonly mid: string;
}

/**
 * A remote candidate; `''` says that there are no more. The library refuses a malformed one with an exception
 * that the addon catches, but of several lines it takes the first and drops the others.
 */
export function validateCandidate(candidate: unknown, mid: unknown, name = ''): CheckedCandidate {
  const prefix = name && `${name}.`;
  const line = string(candidate, `${prefix}candidate`).trimEnd();
  if (/[\r\n]/.test(line)) throw wrongType(`${prefix}candidate`, 'one candidate on one line', candidate);
  return { candidate: line, mid: string(mid, `${prefix}mid`) };
}
