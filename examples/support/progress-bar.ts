import { cyan, dim, formatBytes } from './style.js';

const WIDTH = 30;
/** Ten redraws a second are enough for an eye. */
const REDRAW_MS = 100;

/** A line that fills up; without a terminal a line at each quarter instead. */
export class ProgressBar {
  readonly #label: string;
  readonly #out: NodeJS.WriteStream;
  readonly #began = performance.now();
  #drawn = Number.NEGATIVE_INFINITY;
  #quarter = 0;

  constructor(label: string, out: NodeJS.WriteStream = process.stdout) {
    this.#label = label;
    this.#out = out;
  }

  readonly update = (bytes: number, size: number): void => {
    const share = size === 0 ? 1 : bytes / size;
    if (!this.#out.isTTY) {
      const quarter = Math.floor(share * 4);
      if (quarter > this.#quarter) this.#out.write(`${this.#line(share, bytes)}\n`);
      this.#quarter = quarter;
      return;
    }
    const now = performance.now();
    if (share < 1 && now - this.#drawn < REDRAW_MS) return;
    this.#drawn = now;
    this.#out.write(`\r${this.#line(share, bytes)}\x1b[K${share >= 1 ? '\n' : ''}`);
  };

  #line(share: number, bytes: number): string {
    const full = Math.round(Math.min(1, share) * WIDTH);
    const bar = cyan('█'.repeat(full)) + dim('░'.repeat(WIDTH - full));
    const seconds = (performance.now() - this.#began) / 1000;
    const rate = seconds > 0 ? `${formatBytes(bytes / seconds)}/s` : '';
    return `  ${this.#label} ${bar} ${(share * 100).toFixed(0).padStart(3)} %  ${formatBytes(bytes)}  ${dim(rate)}`;
  }
}
