import '../scope/dispose-symbols.js';
export { createFakeBinding, type FakeBinding } from './fake/fake-binding.js';
export { FakeNetwork } from './fake/fake-network.js';
export type { FakeBindingOptions } from './fake/fake-options.js';
export type { FakeScheduler } from './fake/fake-scheduler.js';
export type { FakeAbort, FakeViolation, LiveNative } from './fake/fake-host.js';
export type {
  FakeKind,
  Fault,
  FaultCall,
  FaultMessage,
  FaultOptions,
  FaultSwitch,
  FaultTarget,
} from './fake/faults.js';
export { assertNothingLeft } from './leaks/assert-nothing-left.js';
export type { Leak } from './leaks/leak.js';
export { LeakError } from './leaks/leak.js';
export { type LoopbackPair, type LoopbackPairOptions, loopbackPair } from './loopback-pair.js';
export { ManualClock, type RunUntilOptions } from './manual-clock.js';
export type { EndOptions, SignalingRelayOptions, TestScopeOptions } from './kit-arguments.js';
export { type SignalingRelay, signalingRelay } from './signaling-relay.js';
export { type TestScope, testScope, withTestScope } from './test-scope.js';
