import { cpSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll } from 'vitest';
import { Consumer } from '../package/consumer.js';
import { Child, type ChildEnd } from '../support/child.js';

let project: Promise<Consumer> | undefined;
afterAll(async () => (await project)?.[Symbol.dispose]());

/** The project of somebody who has installed the package and what the examples ask for, and has copied the examples. */
export function installed(): Promise<Consumer> {
  project ??= install();
  return project;
}

async function install(): Promise<Consumer> {
  const consumer = await Consumer.make('tsx', 'fastify', 'vitest');
  const folder = examplesOf(consumer);
  writeFileSync(join(consumer.folder, 'package.json'), '{}'); // as npm makes it in an empty folder
  cpSync(join(consumer.folder, 'node_modules/scoped-rtc/examples'), folder, { recursive: true });
  // Once, instead of by each process that starts one: that takes half a second of processor time.
  await build({
    entryPoints: readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => join(folder, file)),
    ...{ outdir: folder, outbase: folder, format: 'esm', target: 'node20', logLevel: 'error' },
  });
  return consumer;
}

function examplesOf({ folder }: Consumer): string {
  return join(folder, 'examples');
}

/** An example of the installed package, in a process of its own; its imports are those of a user's. */
export function startExample(name: string, ...args: string[]): Promise<Child> {
  return start(`${name}.js`, args);
}

export async function runExample(name: string, ...args: string[]): Promise<ChildEnd> {
  return (await startExample(name, ...args)).ended;
}

/** As the examples say that they are started: with tsx. */
export async function runInTypeScript(name: string): Promise<ChildEnd> {
  return (await start(`${name}.ts`, [])).ended;
}

async function start(file: string, args: string[]): Promise<Child> {
  const consumer = await installed();
  const environment = { NO_COLOR: '1' };
  return new Child(join(examplesOf(consumer), file), args, { environment, folder: consumer.folder });
}
