import { join } from 'node:path';
import { afterAll } from 'vitest';
import { Consumer } from '../package/consumer.js';
import { Child, type ChildEnd } from '../support/child.js';

let project: Promise<Consumer> | undefined;
afterAll(async () => (await project)?.[Symbol.dispose]());

/** The project of somebody who has installed the package, and what the examples ask for. */
export function installed(): Promise<Consumer> {
  project ??= Consumer.make('tsx', 'fastify', 'vitest');
  return project;
}

/** An example as a user starts it who has installed the package: from the tarball, in a process of its own. */
export async function startExample(name: string, ...args: string[]): Promise<Child> {
  const { folder } = await installed();
  return new Child(join(folder, 'node_modules/scoped-rtc/examples', `${name}.ts`), args, {
    environment: { NO_COLOR: '1' },
    folder,
  });
}

export async function runExample(name: string, ...args: string[]): Promise<ChildEnd> {
  return (await startExample(name, ...args)).ended;
}
