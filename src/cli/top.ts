import { LiveModel } from '../inspector/model/live-model.js';
import { treeRows, WHOLE_TREE } from '../inspector/model/tree-rows.js';
import type { FeedMessage } from '../inspector/protocol.js';

/** Shows the tree of an inspector until its program ends; where stdout is no terminal, prints the tree once. */
export async function top(url: string): Promise<void> {
  const response = await fetch(new URL('events', url)).catch((error: Error) => {
    const { message, code } = (error.cause ?? error) as NodeJS.ErrnoException;
    throw new Error(`${url} cannot be reached: ${message || code}`, { cause: error });
  });
  if (!response.ok || !response.body) throw new Error(`${url} is no inspector: ${response.status}`);
  const { stdout } = process;
  const model = new LiveModel();
  if (stdout.isTTY) stdout.write(HIDE_CURSOR);
  const restore = () => stdout.isTTY && stdout.write(SHOW_CURSOR);
  process.once('exit', restore);
  for (const [signal, code] of ENDED_BY) process.once(signal, () => process.exit(code));
  let looks = 0;
  for await (const message of messagesOf(response.body)) {
    model.apply(message);
    looks++;
    const lines = screen(model, stdout.columns || 100, stdout.rows || Number.POSITIVE_INFINITY);
    if (!stdout.isTTY) {
      if (looks < LOOKS_FOR_RATES) continue;
      console.log(lines.join('\n'));
      process.exit(0); // the open stream would keep the process alive
    }
    stdout.write(`${HOME}${lines.map((line) => line + CLEAR_LINE).join('\n')}${CLEAR_BELOW}`);
  }
}

async function* messagesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<FeedMessage, void, undefined> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const part of body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(part, { stream: true });
    const events = text.split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) {
      if (event.startsWith('event: end')) return;
      if (event.startsWith('data: ')) yield JSON.parse(event.slice('data: '.length)) as FeedMessage;
    }
  }
}

function screen(model: LiveModel, columns: number, rows: number): string[] {
  const { head, samples, warnings } = model;
  const sample = samples.at(-1);
  const lines = [
    `scoped-rtc  process ${head?.pid}  ${head?.runtime.state}  ${sample?.handles ?? 0} handles  ` +
      `${bytes(sample?.bytesSent ?? 0)}/s out  ${bytes(sample?.bytesReceived ?? 0)}/s in  ${warnings.length} warnings`,
    '',
    row(columns, ['name', 'state', 'out/s', 'in/s', 'sent', 'received', 'buffered', 'rtt']),
  ];
  for (const shown of treeRows(model.roots, WHOLE_TREE).rows) {
    if (shown.type !== 'node') continue;
    const { name, depth, state, outRate, inRate, bytesSent, bytesReceived, bufferedAmount, rtt } = shown.node;
    const figures = [outRate, inRate, bytesSent, bytesReceived, bufferedAmount].map((value) =>
      value > 0 ? bytes(value) : '',
    );
    lines.push(row(columns, [`${'  '.repeat(depth)}${name}`, state, ...figures, rtt < 0 ? '' : `${rtt} ms`]));
  }
  const room = rows - 1;
  return lines.length <= room ? lines : [...lines.slice(0, room - 1), `… ${lines.length - room + 1} more`];
}

/** Signals that end it, with the exit codes that a shell gives for them: 128 and the number of the signal. */
const ENDED_BY = [
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const;

/** Messages until rates are right: the first has none, the second those of a part of the interval. */
const LOOKS_FOR_RATES = 3;
const WIDTHS = [10, 10, 10, 10, 10, 10, 8];

function row(columns: number, [name = '', state = '', ...figures]: readonly string[]): string {
  const [stateWidth = 0, ...others] = WIDTHS;
  const nameWidth = Math.max(10, columns - WIDTHS.reduce((sum, width) => sum + width, 0) - 1);
  // The server at that address may send any text.
  const plain = name.replace(/[\p{Cc}\p{Cf}]/gu, '_');
  const cut = plain.length > nameWidth ? `${plain.slice(0, nameWidth - 1)}…` : plain;
  const cells = figures.map((figure, index) => figure.padStart(others[index] ?? 8));
  return `${cut.padEnd(nameWidth)} ${state.padEnd(stateWidth)}${cells.join('')}`.trimEnd();
}

function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, value)) / 3)));
  const scaled = value / 1000 ** step;
  return `${scaled.toFixed(step === 0 || scaled >= 100 ? 0 : 1)} ${units[step]}`;
}

const HOME = '\x1b[H';
const CLEAR_LINE = '\x1b[K';
const CLEAR_BELOW = '\x1b[J';
const HIDE_CURSOR = '\x1b[2J\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
