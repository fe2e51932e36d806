import { describe, expect, test } from 'vitest';
import { Random } from '../../verify/chaos/random.js';
import { chartSvg, sparkline } from '../../verify/soak/chart.js';
import { judge, LINES, type Line, median } from '../../verify/soak/flatness.js';
import type { Sample } from '../../verify/soak/sample.js';

const MIB = 1024 * 1024;
const lineOf = (key: Line['key']) => LINES.find((line) => line.key === key) as Line;

/** Samples of a run of `cycles`, as `change` bends them. */
function run(change: (done: number) => Partial<Sample>, count = 120, cycles = 10_000): Sample[] {
  return Array.from({ length: count }, (_, index) => {
    const done = ((index + 1) * cycles) / count;
    const still = { threads: 12, descriptors: 29, heap: 9 * MIB, external: 2 * MIB, rss: 110 * MIB };
    return { at: index * 1000, cycles: done, ...still, ...change(done) };
  });
}

describe('a line of a soak', () => {
  test('that does not move is flat', () => {
    for (const line of LINES)
      expect(
        judge(
          line,
          run(() => ({})),
        ),
      ).toMatchObject({ flat: true, slope: 0 });
  });

  test('of threads or descriptors rises with a single one that is not given back', () => {
    const samples = run((done) => (done > 7000 ? { threads: 13, descriptors: 30 } : {}));
    expect(judge(lineOf('threads'), samples).flat).toBe(false);
    expect(judge(lineOf('descriptors'), samples).flat).toBe(false);
  });

  test('rises with 200 bytes that each cycle keeps, and says how fast', () => {
    const noise = new Random(1);
    const samples = run((done) => ({ heap: 9 * MIB + 200 * done + noise.below(0.2 * MIB) }));
    const { flat, slope } = judge(lineOf('heap'), samples);
    expect(flat).toBe(false);
    expect(slope).toBeGreaterThan(190_000);
    expect(slope).toBeLessThan(210_000);
  });

  test('stays flat under noise, a few peaks, and what a process needs to warm up', () => {
    const noise = new Random(2);
    const samples = run((done) => ({
      descriptors: noise.chance(0.1) ? 60 : 29,
      heap: (done < 2500 ? 6 + done / 1000 : 8.5) * MIB + noise.below(0.3 * MIB),
      rss: noise.chance(0.1) ? 160 * MIB : 110 * MIB,
    }));
    for (const line of LINES) expect(judge(line, samples).flat, line.title).toBe(true);
  });

  test('that falls is flat', () => {
    expect(
      judge(
        lineOf('rss'),
        run((done) => ({ rss: 200 * MIB - done * 10_000 })),
      ).flat,
    ).toBe(true);
  });

  test('is not judged by too few samples, or by what the system does not report', () => {
    expect(
      judge(
        lineOf('heap'),
        run(() => ({}), 12),
      ).flat,
    ).toBeUndefined();
    expect(
      judge(
        lineOf('threads'),
        run(() => ({ threads: Number.NaN })),
      ).flat,
    ).toBeUndefined();
  });
});

test('a median is the middle', () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([])]).toEqual([2, 2.5, Number.NaN]);
});

test('a sparkline goes from its lowest to its highest, and ignores what is not known', () => {
  expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7])).toBe('▁▂▃▄▅▆▇█');
  expect(sparkline([5, 5, Number.NaN])).toBe('▁▁');
  expect(sparkline([])).toBe('');
});

test('the chart has a panel for each line, and says which rise', () => {
  const samples = run((done) => ({ rss: 100 * MIB + done * 10_000 }));
  const judged = LINES.map((line) => judge(line, samples));
  const svg = chartSvg('a <title>', samples, judged);
  expect(svg).toContain('a &lt;title&gt;');
  expect(svg.match(/<polyline/g)).toHaveLength(LINES.length);
  expect(svg.match(/RISES/g)).toHaveLength(1);
});
