import { wrongType, boolean, type Field, nonEmptyString, readOptions } from '../arguments/argument.js';
import type { RtcRuntime } from '../runtime/rtc-runtime.js';
import type { RtcScope } from '../runtime/rtc-scope.js';
import { checkTimeout } from '../time/deadline.js';

export interface TestScopeOptions {
  /** Name of the scope in the tree, where it is free. Default `rtc`. */
  readonly name?: string | undefined;
  /** The runtime of the scope. Default: the shared one. */
  readonly runtime?: RtcRuntime | undefined;
  /** Milliseconds that ending the scope may take before it is forced, which fails the test. Default 5000. */
  readonly teardownTimeout?: number | undefined;
  /** Name of the test, for the message. */
  readonly test?: string | undefined;
}

export interface EndOptions {
  /** The test has failed already: end the scope and say nothing about it. */
  readonly failed?: boolean | undefined;
}

export interface SignalingRelayOptions {
  /** Name of the server in the tree. Default `signaling`. */
  readonly name?: string | undefined;
}

// By what they can do, not by their class: a second copy of the package shares the runtime, and has other classes.
const SCOPE = ['createPeerConnection', 'createWebSocketServer', 'fork', 'disposeAsync'];
const RUNTIME = ['scope', 'snapshot', 'shutdown', 'on'];

export const scopeArgument: Field<RtcScope> = (value, name) => {
  if (!hasMethods(value, SCOPE)) throw wrongType(name, 'an RtcScope', value);
  return value as RtcScope;
};

export const runtimeArgument: Field<RtcRuntime> = (value, name) => {
  if (!isRuntime(value)) throw wrongType(name, 'an RtcRuntime', value);
  return value;
};

export function isRuntime(value: unknown): value is RtcRuntime {
  return hasMethods(value, RUNTIME);
}

/** Throws a `TypeError` or `RangeError` that names the option; returns a copy. */
export function checkTestScopeOptions(options: unknown): Partial<TestScopeOptions> {
  return readOptions<TestScopeOptions>(options, 'options', {
    name: nonEmptyString,
    runtime: runtimeArgument,
    teardownTimeout: checkTimeout,
    test: nonEmptyString,
  });
}

export function checkEndOptions(options: unknown): Partial<EndOptions> {
  return readOptions<EndOptions>(options, 'options', { failed: boolean });
}

export function checkRelayOptions(options: unknown): Partial<SignalingRelayOptions> {
  return readOptions<SignalingRelayOptions>(options, 'options', { name: nonEmptyString });
}

function hasMethods(value: unknown, methods: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const found = value as Record<string, unknown>;
  return methods.every((method) => typeof found[method] === 'function');
}
