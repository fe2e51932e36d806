import { Child, type ChildEnd } from '../support/child.js';

/** An example as a user starts it, in a process of its own. */
export function startExample(name: string, ...args: string[]): Child {
  return new Child(new URL(`../../examples/${name}.ts`, import.meta.url), args, {
    environment: { NO_COLOR: '1' },
  });
}

export function runExample(name: string, ...args: string[]): Promise<ChildEnd> {
  return startExample(name, ...args).ended;
}
