import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Those that take longest, of which none should begin when the other workers have nothing left to do. */
const LONG = [
  ...['property/random-trees', 'testing/sample', 'hazards/matrix', 'package/bundlers'],
  ...[
    'signaling/server/broker-restarts',
    'interop/matrix',
    'diagnostics/inspector-page',
    'examples/send-file',
  ],
  ...['browser/module', 'network/keepalive', 'diagnostics/doctor', 'network/bad-network', 'examples/game'],
  ...['resources/vanished-peer', 'messages/leaving-at-once', 'examples/tutorial', 'network/turn'],
  ...['resources/keepalive', 'examples/browsers', 'messages/first-and-last', 'lifecycle/cycles'],
  ...[
    'runtime/exits',
    'signaling/server/restarts',
    'messages/chaos',
    'signaling/progress',
    'w3c/simple-peer',
  ],
  ...['messages/hasty-server', 'examples/docs', 'package/consumer', 'diagnostics/inspector-firefox'],
];

/** The unit tests, which tell early; then the long files, in this order; then the others as vitest has them. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => rank(one) - rank(other));
  }
}

function rank({ moduleId, project }: TestSpecification): number {
  const found = LONG.findIndex((name) => moduleId.includes(`/test/${name}.`));
  const place = found < 0 ? LONG.length : found;
  return project.name === 'unit' ? place - LONG.length - 1 : place;
}
