import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** In CI a test that was skipped fails the run: nobody would see that it is not asked any more. */
export class NoSkippedTests implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = modules.flatMap((module) => [...module.children.allTests('skipped')]);
    if (skipped.length === 0) return;
    console.error(`${skipped.length} tests were skipped:`);
    for (const test of skipped) console.error(`  ${nameOf(test)}`);
    process.exitCode = 1;
  }
}

function nameOf({ fullName, module }: TestCase): string {
  return `${module.relativeModuleId}: ${fullName}`;
}
