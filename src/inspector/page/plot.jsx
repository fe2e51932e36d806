import { useLayoutEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { amount } from './figures.js';

const HEIGHT = 112;
/** Milliseconds that a plot shows, at the most and at the least: what is young is not squeezed into a corner. */
const SPAN_MS = 60_000;
const LEAST_SPAN_MS = 15_000;

/**
 * Some figures over the last minute.
 * @template {{ readonly at: number }} T
 * @param {{
 *   title: string, unit: string, samples: readonly T[], whole?: boolean, dark: boolean, height?: number, end?: number,
 *   series: readonly { label: string, color: string, of: Exclude<keyof T, 'at'> }[]
 * }} props `end`: the time of now, where the latest sample may be older
 */
export function Plot({ title, unit, samples, series, whole = false, dark, height = HEIGHT, end }) {
  const place = useRef(/** @type {HTMLDivElement | null} */ (null));
  const plot = useRef(/** @type {uPlot | undefined} */ (undefined));
  useLayoutEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    plot.current = new uPlot(options(element, series, whole, height), [[], ...series.map(() => [])], element);
    const observer = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.current?.destroy();
    };
  }, [dark]);
  useLayoutEffect(() => {
    const last = end ?? samples.at(-1)?.at ?? Date.now();
    const first = samples[0]?.at ?? last;
    const least = Math.max(first, last - SPAN_MS);
    plot.current?.setData(
      [
        samples.map(({ at }) => at / 1000),
        ...series.map(({ of }) => samples.map((sample) => Number(sample[of]))),
      ],
      false,
    );
    plot.current?.setScale('x', { min: Math.min(least, last - LEAST_SPAN_MS) / 1000, max: last / 1000 });
  }, [samples, samples.length, end, dark]);
  const last = samples.at(-1);
  return (
    <figure class="plot">
      <figcaption>
        <span class="plot-title">{title}</span>
        {series.map(({ label, color, of }) => (
          <span key={label} class={`plot-value ${color}`}>
            {label} <b>{last ? shown(Number(last[of]), whole) : '–'}</b>
          </span>
        ))}
        <span class="unit">{unit}</span>
      </figcaption>
      <div ref={place} class="plot-place" style={{ height: `${height}px` }} />
    </figure>
  );
}

/**
 * @param {number} value
 * @param {boolean} whole
 */
function shown(value, whole) {
  if (value < 0) return '–';
  return whole ? String(value) : amount(value);
}

/**
 * @param {HTMLElement} element
 * @param {readonly { label: string, color: string }[]} series
 * @param {boolean} whole
 * @param {number} height
 * @returns {uPlot.Options}
 */
function options(element, series, whole, height) {
  const style = getComputedStyle(document.documentElement);
  /** @param {string} name */
  const color = (name) => style.getPropertyValue(`--${name}`).trim();
  const axis = {
    stroke: color('faint'),
    font: '11px system-ui, sans-serif',
    grid: { stroke: color('line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 16, 0, 0],
    scales: {
      x: { time: true },
      y: { range: (_, __, max) => [0, Math.max(whole ? 4 : 1, max * 1.15)] },
    },
    axes: [
      { ...axis, size: 20, space: 70, values: '{mm}:{ss}' },
      {
        ...axis,
        size: 44,
        // A scale of 1, 2 and 5 then has a number beside 0 also on the lowest plot.
        space: Math.min(26, height / 4.5),
        incrs: whole
          ? [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000]
          : /** @type {number[]} */ (INCREMENTS),
        values: (_, values) => values.map((value) => (whole ? String(value) : amount(value))),
      },
    ],
    series: [
      {},
      ...series.map((one) => ({
        stroke: color(one.color),
        fill: `${color(one.color)}1f`,
        width: 1.5,
        points: { show: false },
      })),
    ],
  };
}

/** 1, 2, 5 times every power of ten up to 10 G. */
const INCREMENTS = Array.from(
  { length: 31 },
  (_, at) => (at % 3 === 0 ? 1 : at % 3 === 1 ? 2 : 5) * 10 ** Math.floor(at / 3),
);
