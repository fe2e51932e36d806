import type * as ndc from 'node-datachannel';
import {
  describeType,
  readFrom,
  wrongType,
  type Given,
  oneOf,
  readOptions,
  string,
} from '../../arguments/argument.js';

/** The addon takes every other word for `unspec` and guesses (H10, H12). */
const descriptionType = oneOf('unspec', 'offer', 'answer', 'pranswer', 'rollback');

/** A type for `setLocalDescription`; `undefined` leaves the choice to the library. */
export function validateDescriptionType(type: unknown): ndc.DescriptionType {
  return type === undefined ? 'unspec' : descriptionType(type, 'type');
}

export interface CheckedDescription {
  readonly sdp: string;
  readonly type: ndc.DescriptionType;
}

/**
 * A remote description. The text is left to the library, which refuses a bad one with an exception that the
 * addon catches. With `rollback` it does not read the text.
 */
export function validateDescription(sdp: unknown, type: unknown, name = ''): CheckedDescription {
  const prefix = name && `${name}.`;
  if (type === undefined) throw new TypeError(`${prefix}type is missing`);
  const checkedType = descriptionType(type, `${prefix}type`);
  if (sdp === undefined && checkedType === 'rollback') return { sdp: '', type: checkedType };
  return { sdp: string(sdp, `${prefix}sdp`), type: checkedType };
}

/** The two forms of the call: one object `{ type, sdp }`, or the text and the type. */
export function validateRemoteDescription(first: unknown, type: unknown): CheckedDescription {
  if (typeof first === 'string') return validateDescription(first, type);
  if (typeof first !== 'object' || first === null)
    throw wrongType('description', 'an object with type and sdp, or the sdp as a string', first);
  const given = first as { sdp?: unknown; type?: unknown };
  const name = 'description';
  return validateDescription(
    readFrom(`${name}.sdp`, () => given.sdp),
    readFrom(`${name}.type`, () => given.type),
    name,
  );
}

export interface LocalDescriptionInit {
  /** 4 to 256 letters, digits, "+" or "/" (RFC 8839, section 5.4); together with `icePwd` only. */
  iceUfrag?: string | undefined;
  /** 22 to 256 letters, digits, "+" or "/" (RFC 8839, section 5.4); together with `iceUfrag` only. */
  icePwd?: string | undefined;
}

/** The library throws for what is not ICE characters, uncaught (H10), cuts what is too long, ignores one alone. */
function iceText(least: number) {
  const pattern = new RegExp(`^[A-Za-z0-9+/]{${least},256}$`);
  return (value: unknown, name: string): string => {
    const expected = `a string of ${least} to 256 letters, digits, "+" or "/"`;
    if (typeof value !== 'string')
      throw new TypeError(`${name} must be ${expected}; got ${describeType(value)}`);
    if (!pattern.test(value))
      throw new RangeError(`${name} must be ${expected}; got a string of ${value.length} characters`);
    return value;
  };
}

export function validateLocalDescriptionInit(
  init: unknown,
): Required<Given<LocalDescriptionInit>> | undefined {
  if (init === undefined) return undefined;
  const { iceUfrag, icePwd } = readOptions<LocalDescriptionInit>(init, 'init', {
    iceUfrag: iceText(4),
    icePwd: iceText(22),
  });
  if (iceUfrag === undefined && icePwd === undefined) return undefined;
  if (iceUfrag === undefined) throw new TypeError('init.iceUfrag is missing; it goes with init.icePwd');
  if (icePwd === undefined) throw new TypeError('init.icePwd is missing; it goes with init.iceUfrag');
  return { iceUfrag, icePwd };
}

export interface CheckedCandidate {
  readonly candidate: string;
  readonly mid: string;
}

/**
 * A remote candidate; `''` says that there are no more. The library refuses a malformed one with an exception
 * that the addon catches, but of several lines it takes the first and drops the others.
 */
export function validateCandidate(candidate: unknown, mid: unknown): CheckedCandidate {
  const line = string(candidate, 'candidate').trimEnd();
  if (/[\r\n]/.test(line)) throw wrongType('candidate', 'one candidate on one line', candidate);
  return { candidate: line, mid: string(mid, 'mid') };
}
