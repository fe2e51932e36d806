import type { Flatness } from './flatness.js';
import type { Sample } from './sample.js';

const BARS = '▁▂▃▄▅▆▇█';

/** The course of a figure in one line of text. A line that does not move is drawn at the bottom. */
export function sparkline(values: readonly number[], width = 60): string {
  const known = values.filter((value) => !Number.isNaN(value));
  if (known.length === 0) return '';
  const low = Math.min(...known);
  const span = Math.max(...known) - low;
  const columns = Math.min(width, known.length);
  let text = '';
  for (let column = 0; column < columns; column++) {
    const part = known.slice(
      Math.floor((column * known.length) / columns),
      Math.floor(((column + 1) * known.length) / columns),
    );
    const share = span === 0 ? 0 : (Math.max(...part) - low) / span;
    text += BARS[Math.round(share * (BARS.length - 1))];
  }
  return text;
}

const WIDTH = 900;
const HEIGHT = 110;
const LEFT = 110;
const RIGHT = 20;
const TITLE = 26;
const HEAD = 44;

/** One panel for each line, over the cycles; every panel begins at zero, so that a slope looks as large as it is. */
export function chartSvg(title: string, samples: readonly Sample[], judged: readonly Flatness[]): string {
  const height = HEAD + judged.length * (HEIGHT + TITLE) + 30;
  const most = Math.max(1, ...samples.map(({ cycles }) => cycles));
  const panels = judged.map((flatness, index) =>
    panel(flatness, samples, most, HEAD + index * (HEIGHT + TITLE)),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    `<text x="16" y="26" font-size="15" font-weight="bold">${escaped(title)}</text>`,
    ...panels,
    `<text x="${LEFT}" y="${height - 10}">0 cycles</text>`,
    `<text x="${WIDTH - RIGHT}" y="${height - 10}" text-anchor="end">${most} cycles</text>`,
    '</svg>',
    '',
  ].join('\n');
}

function panel(
  { line, flat, from, to, slope }: Flatness,
  samples: readonly Sample[],
  most: number,
  top: number,
): string {
  const values = samples.map((sample) => sample[line.key]);
  const highest = Math.max(1, ...values.filter((value) => !Number.isNaN(value)));
  const bottom = top + TITLE + HEIGHT - 12;
  const area = HEIGHT - 20;
  const points = samples
    .filter((sample) => !Number.isNaN(sample[line.key]))
    .map((sample) => {
      const x = LEFT + (sample.cycles / most) * (WIDTH - LEFT - RIGHT);
      const y = bottom - (sample[line.key] / highest) * area;
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    });
  const [word, color] =
    flat === undefined ? ['not judged', '#777'] : flat ? ['flat', '#1a7f37'] : ['RISES', '#cf222e'];
  const facts =
    flat === undefined ? '' : `, ${line.show(from)} to ${line.show(to)}, ${perThousand(line.show, slope)}`;
  return [
    `<text x="${LEFT}" y="${top + 16}">${escaped(line.title)}: <tspan fill="${color}" font-weight="bold">${word}</tspan>${escaped(facts)}</text>`,
    `<line x1="${LEFT}" y1="${bottom}" x2="${WIDTH - RIGHT}" y2="${bottom}" stroke="#ccc"/>`,
    `<text x="${LEFT - 8}" y="${bottom}" text-anchor="end">0</text>`,
    `<text x="${LEFT - 8}" y="${bottom - area + 8}" text-anchor="end">${escaped(line.show(highest))}</text>`,
    `<polyline fill="none" stroke="${color}" stroke-width="1.5" points="${points.join(' ')}"/>`,
  ].join('\n');
}

export function perThousand(show: (value: number) => string, slope: number): string {
  return `${slope < 0 ? '' : '+'}${show(slope)} in 1000 cycles`;
}

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
