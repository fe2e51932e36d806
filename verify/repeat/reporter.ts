import type { SerializedError } from 'vitest';
import type { Reporter, TestModule } from 'vitest/node';

/** Prints a line of JSON for everything that was red. */
export default class RedLines implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    let tests = 0;
    for (const module of modules) {
      const file = module.relativeModuleId;
      for (const error of module.errors()) report({ red: file, why: error.message });
      for (const suite of module.children.allSuites()) {
        for (const error of suite.errors()) report({ red: `${file}: ${suite.fullName}`, why: error.message });
      }
      for (const test of module.children.allTests()) {
        tests++;
        const { state, errors } = test.result();
        if (state === 'failed') report({ red: `${file}: ${test.fullName}`, why: errors[0]?.message ?? '' });
      }
    }
    for (const error of unhandled) {
      const cause = error.cause as { message?: string } | undefined;
      report({ red: 'not of a test', why: `${error.message} ${cause?.message ?? ''}`.trim() });
    }
    report({ tests });
  }
}

function report(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
