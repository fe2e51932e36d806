import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Those that take longest, of which none should begin when the other workers have nothing left to do. */
const LONG = [
  ...['package/bundlers', 'testing/sample', 'hazards/matrix', 'diagnostics/doctor', 'examples/send-file'],
  ...['simulation/simulation', 'lifecycle/close-matrix', 'examples/docs', 'resources/keepalive'],
  ...['messages/chaos', 'signaling/server/restarts', 'messages/leaving-at-once'],
  ...['network/bad-network', 'messages/hasty-server', 'property/random-trees'],
  ...['interop/matrix', 'signaling/server/broker-restarts', 'browser/module', 'diagnostics/inspector-page'],
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
