import { RtcClosedError, RtcMessageError } from '../errors/rtc-error.js';
import { grantIn, WindowAccount } from '../resources/channel/window-account.js';
import type { DataChannelLike } from './page-types.js';

/** The two directions of a data channel, as web streams. */
export interface WindowedStream {
  readonly readable: ReadableStream<Uint8Array | string>;
  readonly writable: WritableStream<Uint8Array | string>;
}

/**
 * A data channel as a pair of streams with flow control: the writer is no faster than the reader of the other end,
 * which needs a window, too; in `scoped-rtc` that is `channel.toDuplex({ window })`. `window`: bytes that may wait
 * here. Default 1 MiB.
 */
export function windowedStream(
  channel: DataChannelLike,
  { window = 2 ** 20 }: { window?: number } = {},
): WindowedStream {
  const account = new WindowAccount(window);
  const ends = { ours: false, theirs: false };
  let failure: unknown;
  let wake = () => {};
  let reader!: ReadableStreamDefaultController<Uint8Array | string>;
  let writer!: WritableStreamDefaultController;
  /** Messages that have arrived and were not read. */
  const arrived: (Uint8Array | string)[] = [];
  let isWanted = false;

  const sizeOf = (data: Uint8Array | string) =>
    typeof data === 'string' ? new TextEncoder().encode(data).length : data.byteLength;
  const fail = (error: unknown) => {
    if (failure !== undefined || (ends.ours && ends.theirs)) return;
    failure = error;
    if (!ends.theirs) reader.error(error);
    writer.error(error);
    wake();
    channel.close();
  };
  const hand = () => {
    if (!isWanted) return;
    const data = arrived.shift();
    if (data !== undefined) {
      isWanted = false;
      reader.enqueue(data);
      const grant = account.read(sizeOf(data));
      if (grant && !ends.theirs) channel.send(grant);
    } else if (ends.theirs) {
      isWanted = false;
      reader.close();
    }
  };
  const take = (data: Uint8Array | string) => {
    if (ends.theirs || !account.arrived(sizeOf(data))) {
      return fail(new RtcMessageError('RTC_OVERFLOW', 'the other end sent more than it was granted'));
    }
    arrived.push(data);
    hand();
  };
  const finish = () => {
    if (ends.ours && ends.theirs) channel.close();
  };
  const onMessage = ({ data }: { data: string | ArrayBuffer }) => {
    if (failure !== undefined) return;
    if (typeof data !== 'string') take(new Uint8Array(data));
    else if (data.startsWith('t')) take(data.slice(1));
    else if (data === 'e') {
      ends.theirs = true;
      hand();
      finish();
    } else if (grantIn(data) > 0) {
      account.granted(grantIn(data));
      wake();
    } else
      fail(new RtcMessageError('RTC_OVERFLOW', 'the other end of the stream does not speak its protocol'));
  };
  const readable = new ReadableStream<Uint8Array | string>(
    {
      start: (controller) => void (reader = controller),
      pull() {
        isWanted = true;
        hand();
      },
      cancel: (reason) => {
        ends.theirs = true;
        fail(reason ?? new RtcClosedError('RTC_CLOSED', 'nobody reads any more'));
      },
    },
    { highWaterMark: 0 },
  );
  const write = async (data: Uint8Array | string) => {
    while (!account.mayWrite && failure === undefined) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    if (failure !== undefined) throw failure;
    account.wrote(sizeOf(data));
    channel.send(typeof data === 'string' ? `t${data}` : data);
  };
  const writable = new WritableStream<Uint8Array | string>({
    start: (controller) => void (writer = controller),
    async write(data) {
      if (typeof data === 'string') return write(data);
      for (let at = 0; at < data.byteLength; at += LARGEST_MESSAGE) {
        await write(data.subarray(at, at + LARGEST_MESSAGE));
      }
    },
    close() {
      ends.ours = true;
      channel.send('e');
      finish();
    },
    abort: (reason) => fail(reason ?? new RtcClosedError('RTC_CLOSED', 'the stream was aborted')),
  });
  channel.binaryType = 'arraybuffer';
  channel.addEventListener('message', onMessage);
  channel.addEventListener('close', () =>
    fail(new RtcClosedError('RTC_CLOSED', 'the channel closed before the stream had ended')),
  );
  const open = () => channel.send(account.open());
  if (channel.readyState === 'open') open();
  else channel.addEventListener('open', open);
  return { readable, writable };
}

/** Bytes of one message. Browsers and this package accept far more. */
const LARGEST_MESSAGE = 65_536;
