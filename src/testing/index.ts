export { createFakeBinding, type FakeBinding, type FakeBindingOptions } from './fake/fake-binding.js';
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
