// With SCOPED_RTC_TRACE=1 a snapshot says where each handle was made.
import { inspect } from 'node:util';
import { type NodeSnapshot, RtcRuntime } from 'scoped-rtc';
import { loopbackPair } from '../../../src/testing/index.js';
import { say } from '../../lifecycle/programs/say.js';

await RtcRuntime.acquire('app').run(async (scope) => {
  const pc = scope.createPeerConnection('alone');
  await loopbackPair(scope);
  const stacks: Record<string, string | null> = {};
  const visit = (node: NodeSnapshot) => {
    stacks[node.path] = node.creationStack ?? null;
    node.children.forEach(visit);
  };
  RtcRuntime.shared.snapshot().scopes.forEach(visit);
  say({ stacks, inspected: inspect(pc) });
});
