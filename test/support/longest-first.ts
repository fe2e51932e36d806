import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Those that take longest, of which none should begin when the other workers have nothing left to do. */
const LONG = [
  ...['package/bundlers', 'testing/sample', 'hazards/matrix', 'signaling/server/broker-restarts'],
  ...['interop/matrix', 'network/bad-network', 'browser/module', 'diagnostics/doctor', 'network/turn'],
  ...['resources/keepalive', 'diagnostics/inspector-page', 'messages/leaving-at-once'],
  ...['examples/send-file', 'resources/vanished-peer', 'messages/first-and-last', 'messages/chaos'],
  ...['examples/browsers', 'examples/docs', 'runtime/exits', 'network/keepalive'],
  ...['signaling/server/restarts', 'w3c/simple-peer', 'simulation/simulation', 'lifecycle/close-matrix'],
  ...['lifecycle/cycles', 'messages/hasty-server', 'property/random-trees'],
];

/** The long files first, in this order; the others as vitest has them. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const others = await super.sort(files);
    return others.toSorted((one, other) => rank(one) - rank(other));
  }
}

function rank({ moduleId }: TestSpecification): number {
  const place = LONG.findIndex((name) => moduleId.includes(`/test/${name}.`));
  return place < 0 ? LONG.length : place;
}
