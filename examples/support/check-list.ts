import { green, red } from './style.js';

/** Claims that a program makes about itself, checked while it runs. */
export class CheckList {
  #failed = 0;
  #passed = 0;

  check(claim: string, holds: boolean, found = ''): void {
    if (holds) this.#passed++;
    else this.#failed++;
    const details = found === '' ? '' : `: ${found}`;
    console.log(`  ${holds ? green('✔') : red('✘')} ${claim}${details}`);
  }

  get failed(): number {
    return this.#failed;
  }

  get passed(): number {
    return this.#passed;
  }
}
