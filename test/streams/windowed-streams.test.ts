import { once } from 'node:events';
import { type Duplex, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Message, RtcRuntime, type RtcScope } from 'scoped-rtc';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectedPair } from '../support/connected-pair.js';
import { until, within } from '../support/event.js';
import { rejectionOf } from '../support/rejection.js';
import { slowTransfer } from './slow-transfer.js';
import { nothingLeft } from '../support/nothing-left.js';

let scope: RtcScope;
beforeEach(() => {
  scope = RtcRuntime.acquire('streams');
});
afterEach(async () => {
  await scope.disposeAsync();
  await nothingLeft();
});

const MB = 1024 * 1024;
const window = { window: 64 * 1024 };

async function text(stream: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts).toString();
}

describe('a stream with a window', () => {
  it('carries 64 MiB past a reader slower than the network, in little memory', async () => {
    // The channel alone could not hold what the reader is behind: it would end with RTC_OVERFLOW.
    const channel = { receiveBuffer: { bytes: 5 * MB } };
    const { near, far: given } = await connectedPair(scope, { channel });
    const transfer = await within(slowTransfer(near, given, 64 * MB, 20), 'the transfer', 60_000);
    expect(transfer.receivedBytes).toBe(64 * MB);
    expect(transfer.receivedHash).toBe(transfer.sentHash);
    expect(transfer.heldBytes).toBeLessThan(16 * MB); // the window, and what is between the streams
    for (const each of [near, given]) expect((await each.closed()).undelivered).toBe(0);
  }, 90_000);

  it('stops the writer while nobody reads, and lets it go on when somebody does', async () => {
    const { near, far } = await connectedPair(scope);
    const here = near.toDuplex(window);
    const there = far.toDuplex(window);
    let written = 0;
    const writing = (async () => {
      for (let n = 0; n < 64; n++) {
        if (!here.write(Buffer.alloc(16 * 1024, n))) await once(here, 'drain');
        written++;
      }
      here.end();
    })();
    await until(() => written >= 3, 'the first chunks');
    const bytes = () => RtcRuntime.shared.snapshot().traffic.bytesReceived;
    let seen = -1;
    for (let still = 0; still < 20; still = bytes() === seen ? still + 1 : 0) {
      seen = bytes();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(written).toBeLessThan(20);
    there.end();
    expect((await within(text(there), 'all of it')).length).toBe(MB);
    await writing;
    here.resume();
  });

  it('lets either side end first, and the other go on', async () => {
    const { near, far } = await connectedPair(scope);
    const here = near.toDuplex(window);
    const there = far.toDuplex(window);
    here.end('question');
    expect(await within(text2(there), 'the question')).toBe('question');
    expect([near.state, far.state]).toEqual(['open', 'open']);
    there.end('a long answer'.repeat(50_000));
    expect((await within(text(here), 'the answer')).length).toBe(13 * 50_000);
    for (const channel of [near, far]) {
      const info = await channel.closed();
      expect(info).toMatchObject({ undelivered: 0 });
      expect(info.reason).toBeUndefined();
    }
  });

  it('in object mode keeps text, boundaries and empty messages', async () => {
    const { near, far } = await connectedPair(scope);
    const messages: Message[] = ['text', Buffer.from([1, 2]), '', Buffer.alloc(0), 'w5', 'e', 'last'];
    const options = { objectMode: true, ...window };
    const there = far.toDuplex(options);
    there.end();
    const here = near.toDuplex(options);
    here.resume();
    const sending = pipeline(Readable.from(messages), here);
    const got: Message[] = [];
    for await (const message of there) got.push(message);
    expect(got).toEqual(messages);
    await sending;
  });

  it('carries both directions at once while both writers are held up', async () => {
    const { near, far } = await connectedPair(scope);
    const [here, there] = [near.toDuplex(window), far.toDuplex(window)];
    const source = () =>
      Readable.from(
        (function* () {
          for (let n = 0; n < 40; n++) yield Buffer.alloc(50_000, n);
        })(),
      );
    const counts = [0, 0];
    const run = async (stream: Duplex, at: 0 | 1) => {
      const sending = pipeline(source(), stream, { end: true });
      for await (const part of stream) counts[at] = (counts[at] ?? 0) + (part as Buffer).length;
      await sending;
    };
    await within(Promise.all([run(here, 0), run(there, 1)]), 'both', 30_000);
    expect(counts).toEqual([2_000_000, 2_000_000]);
  });

  it('destroyed with an error ends with an error at both ends', async () => {
    const { near, far } = await connectedPair(scope);
    const [here, there] = [near.toDuplex(window), far.toDuplex(window)];
    here.write('begun');
    const boom = new Error('boom');
    const reading = rejectionOf(text(there));
    await once(there, 'readable');
    here.destroy(boom);
    expect(await once(here, 'error')).toEqual([boom]);
    expect(await within(reading, 'the other end')).toMatchObject({ code: 'RTC_CLOSED' });
  });

  it('says so when the other end has none', async () => {
    const { near, far } = await connectedPair(scope);
    const here = near.toDuplex(window);
    await far.send('hello');
    const [error] = (await once(here, 'error')) as [Error];
    expect(error.message).toContain('both ends need a window');
    expect(await near.closed()).toMatchObject({ by: 'local' });
  });

  it('refuses more than it granted', async () => {
    const { near, far } = await connectedPair(scope);
    const here = near.toDuplex(window);
    const failed = once(here, 'error');
    await far.send('w1000000');
    for (let n = 0; n < 100; n++) await far.send(Buffer.alloc(1000)).catch(() => {});
    expect(await near.closed()).toMatchObject({ reason: { code: 'RTC_OVERFLOW' } });
    here.resume(); // what had come within the window is still there to be read
    const [error] = (await failed) as [Error];
    expect(error).toMatchObject({ code: 'RTC_OVERFLOW' });
  });

  it('works as web streams, with pipeTo, and an error reaches the other end', async () => {
    const { near, far } = await connectedPair(scope);
    const [here, there] = [near.toWeb(window), far.toWeb(window)];
    // What comes is sent back, by the platform's own pipe.
    const echo = there.readable.pipeTo(there.writable);
    const writer = here.writable.getWriter();
    const writing = (async () => {
      for (let n = 0; n < 50; n++) await writer.write(Buffer.alloc(10_000, n));
      await writer.close();
    })();
    let bytes = 0;
    for await (const part of here.readable) bytes += part.length;
    expect(bytes).toBe(500_000);
    await within(Promise.all([writing, echo]), 'the echo');
  });

  it('as web streams aborted on one side is errored on the other', async () => {
    const { near, far } = await connectedPair(scope);
    const [here, there] = [near.toWeb(window), far.toWeb(window)];
    const reading = rejectionOf(there.readable.getReader().read());
    await here.writable.abort(new Error('boom'));
    expect(await within(reading, 'the other end')).toMatchObject({ code: 'RTC_CLOSED' });
    await expect(there.writable.getWriter().write('late')).rejects.toThrow();
  });

  it('cancelled on the reading side goes on writing', async () => {
    const { near, far } = await connectedPair(scope);
    const [here, there] = [near.toWeb(window), far.toWeb(window)];
    await there.readable.cancel();
    const flood = here.writable.getWriter();
    // More than the window: what nobody reads does not hold up the writer.
    for (let n = 0; n < 20; n++) await within(flood.write(Buffer.alloc(20_000)), 'a write');
    const answers = there.writable.getWriter();
    await answers.write('still here');
    await answers.close();
    await flood.close();
    const got: string[] = [];
    for await (const part of here.readable) got.push(String(part));
    expect(got).toEqual(['still here']);
  });
});

/** The text up to the end, without destroying the stream as leaving a loop over it would. */
async function text2(stream: Duplex): Promise<string> {
  let all = '';
  stream.on('data', (part) => (all += part));
  await once(stream, 'end');
  return all;
}
