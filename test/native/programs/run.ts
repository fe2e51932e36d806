import { type ChildEnd, runChild } from '../../support/child.js';

/** Runs a program of this folder in a process of its own. */
export function runProgram(file: string, ...args: string[]): Promise<ChildEnd> {
  return runChild(new URL(file, import.meta.url), args);
}
