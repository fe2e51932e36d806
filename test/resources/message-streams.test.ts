import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { PassThrough, Readable, Transform, Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { type Message } from 'scoped-rtc';
import { expect, it } from 'scoped-rtc/vitest';
import { describe, vi } from 'vitest';
import { nextTurn } from '../../src/time/clock.js';
import { until, within } from '../support/event.js';

const MB = 1024 * 1024;
const payload = randomBytes(6 * MB);
const hashOf = (data: Buffer) => createHash('sha256').update(data).digest('hex');

/** Lets one chunk through per turn of the event loop. */
const slow = () =>
  new Transform({
    transform(chunk, _encoding, done) {
      setImmediate(() => done(null, chunk));
    },
  });

function* chunks(size: number): Generator<Buffer> {
  for (let at = 0; at < payload.length; at += size) yield payload.subarray(at, at + size);
}

async function collect(source: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of source) parts.push(part);
  return Buffer.concat(parts);
}

describe('toDuplex', () => {
  it('carries megabytes both ways at once past a slow reader', async ({ connectedPair: { near, far } }) => {
    const here = near.toDuplex();
    const there = far.toDuplex();
    // The far side sends back what it gets; a chunk of 600 kB is larger than a message may be.
    const echo = pipeline(there, slow(), there, { end: false });
    echo.catch(() => {});
    const back: Buffer[] = [];
    let length = 0;
    const all = new Promise<void>((resolve) => {
      here.on('data', (chunk: Buffer) => {
        back.push(chunk);
        length += chunk.length;
        if (length === payload.length) resolve();
      });
    });
    for (const chunk of chunks(600_000)) if (!here.write(chunk)) await once(here, 'drain');
    await within(all, 'the echo', 25_000);
    expect(hashOf(Buffer.concat(back))).toBe(hashOf(payload));
    here.end();
    await within(echo, 'the end of the echo');
    there.end();
  });

  it('closes when the channel has closed, also where its program never ends it', async ({
    connectedPair: { near, far },
  }) => {
    const [here, there] = [near.toDuplex(), far.toDuplex()];
    const closed = [here, there].map((stream) => once(stream.resume(), 'close'));
    here.write('all there is');
    await within(once(there, 'data'), 'the chunk');
    await near.close();
    await within(Promise.all(closed), 'both streams to close');
    expect([here.errored, there.errored, here.writableFinished, there.writableFinished]).toEqual([
      null,
      null,
      true,
      true,
    ]);
  });

  it('delivers what was written before the channel was closed, though a later write is refused', async ({
    connectedPair: { near, far },
  }) => {
    const received = collect(far.toDuplex());
    const here = near.toDuplex();
    const aborted = vi.spyOn(near, 'abort');
    here.on('error', () => {});
    const size = 200_000;
    const write = (data: Buffer) =>
      new Promise<unknown>((resolve) => {
        here.write(data, (error) => resolve((error as { code?: string } | null)?.code));
      });
    expect(await within(Promise.all([...chunks(size)].map(write)), 'the writes', 25_000)).not.toContain(
      'RTC_CLOSING',
    );
    const closing = near.close();
    expect(await write(Buffer.from('too late'))).toBe('RTC_CLOSING');
    await closing;
    expect(hashOf(await within(received, 'all bytes'))).toBe(hashOf(payload));
    expect((await near.closed()).unconfirmed.messages).toBe(0);
    expect(aborted).not.toHaveBeenCalled(); // over a slow link that would have cost what was on its way
  });

  it('hands over what the peer had sent, though a write is refused while the channel closes', async ({
    connectedPair: { near, far },
  }) => {
    const here = near.toDuplex({ objectMode: true });
    const count = 200;
    let taken = 0;
    here.on('data', () => {
      if (++taken > 1) return;
      void near.close();
      here.write('refused');
    });
    const failed = once(here, 'error');
    for (let n = 0; n < count; n++) void far.send(Buffer.alloc(1000, n));
    const [error] = await within(failed, 'the error');
    expect(error).toMatchObject({ code: 'RTC_CLOSING' });
    expect(taken).toBe(count);
    expect(await near.closed()).toMatchObject({ unread: 0 });
    expect(await within(far.closed(), 'the close')).toMatchObject({ undelivered: 0 });
  });

  it('ends the reader when the writer ends, with everything delivered', async ({
    connectedPair: { near, far },
  }) => {
    const received = collect(far.toDuplex({}).pipe(slow()));
    await pipeline(Readable.from(chunks(60_000)), near.toDuplex());
    expect(hashOf(await within(received, 'all bytes'))).toBe(hashOf(payload));
    expect((await near.closed()).undelivered).toBe(0);
    expect((await far.closed()).by).toBe('remote');
  });

  it('in object mode keeps text, boundaries and empty messages', async ({ connectedPair: { near, far } }) => {
    const messages = ['text', Buffer.from([1, 2]), '', Buffer.alloc(0), 'last'];
    await pipeline(Readable.from(messages), near.toDuplex({ objectMode: true }));
    const got: Message[] = [];
    for await (const message of far.toDuplex({ objectMode: true })) got.push(message);
    expect(got).toEqual(messages);
  });

  it('keeps the order where a listener reads on while it is given a message', async ({
    connectedPair: { near, far },
  }) => {
    const sent = Array.from({ length: 300 }, (_, n) => `${n}`);
    await Promise.all(sent.map((text) => near.send(text)));
    await near.close(); // all has arrived
    const there = far.toDuplex({ objectMode: true });
    const got: unknown[] = [];
    there.on('data', (text) => {
      got.push(text);
      there.read();
    });
    await within(once(there, 'end'), 'the end');
    expect(got).toEqual(sent);
  });

  it('takes no more than its high-water mark from the receive buffer', async ({
    connectedPair: { near, far },
  }) => {
    const count = 100;
    for (let n = 0; n < count; n++) void near.send(`${n}`);
    await near.close();
    const there = far.toDuplex({ objectMode: true });
    there.on('readable', () => {}); // asks for messages and reads none
    await until(() => there.readableLength >= there.readableHighWaterMark, 'the first messages');
    await nextTurn();
    expect(there.readableLength).toBe(there.readableHighWaterMark);
    there.destroy();
  });

  it('of bytes passes over empty messages', async ({ connectedPair: { near, far } }) => {
    for (const part of ['a', '', Buffer.alloc(0), 'b']) await near.send(part);
    await near.close();
    expect((await collect(far.toDuplex())).toString()).toBe('ab');
  });

  it('destroyed with an error ends both sides', async ({ connectedPair: { near, far } }) => {
    const duplex = near.toDuplex();
    const boom = new Error('boom');
    const reported = once(duplex, 'error');
    const reading = collect(far.toDuplex());
    duplex.destroy(boom);
    expect(await reported).toEqual([boom]);
    expect(await near.closed()).toMatchObject({ by: 'local', reason: boom });
    expect((await within(reading, 'the end of the peer')).length).toBe(0);
    expect((await far.closed()).by).toBe('remote');
  });

  it('fails when its channel is aborted, on its reading and its writing side', async ({
    connectedPair: { near },
  }) => {
    const reader = near.toDuplex();
    const boom = new Error('boom');
    const reading = pipeline(reader, new Writable({ write: (_chunk, _encoding, done) => done() }));
    near.abort(boom);
    await expect(reading).rejects.toMatchObject({ code: 'RTC_ABORTED', cause: boom });
    const writer = near.toDuplex();
    await expect(pipeline(Readable.from(['late']), writer)).rejects.toThrow();
  });

  it('has ended when its channel is closed by the peer and all was read, also where it was never written to', async ({
    connectedPair: { near, far },
  }) => {
    const duplex = far.toDuplex();
    const ended = finished(duplex);
    await near.send('last words');
    await near.close();
    expect(String(await collect(duplex))).toBe('last words');
    await within(ended, 'the end of both directions');
    expect(duplex.destroyed).toBe(true);
  });

  it('fails a pipeline whose source has nothing to write when the peer closes the channel', async ({
    connectedPair: { near, far },
  }) => {
    const writing = within(pipeline(new PassThrough(), far.toDuplex()), 'the end of the pipeline');
    await Promise.all([near.close(), expect(writing).rejects.toMatchObject({ code: 'RTC_CLOSED' })]);
  });
});

describe('toWeb', () => {
  it('carries megabytes past a slow reader, with everything delivered', async ({
    connectedPair: { near, far },
  }) => {
    const { writable } = near.toWeb();
    const { readable } = far.toWeb();
    const sending = (async () => {
      const writer = writable.getWriter();
      for (const chunk of chunks(100_000)) await writer.write(chunk);
      await writer.close();
    })();
    const parts: Buffer[] = [];
    for await (const part of readable) {
      await new Promise((resolve) => setImmediate(resolve));
      parts.push(part as Buffer);
    }
    await within(sending, 'the writer');
    expect(hashOf(Buffer.concat(parts))).toBe(hashOf(payload));
  });

  it('cancelled on one side and aborted on the other says so', async ({ connectedPair: { near, far } }) => {
    await near.send('unread');
    const { readable } = far.toWeb();
    await readable.cancel();
    expect(far.state).toBe('open'); // reading ended, the channel did not
    const { writable } = near.toWeb();
    const boom = new Error('boom');
    await writable.abort(boom);
    expect(await near.closed()).toMatchObject({ by: 'local', reason: boom });
    expect((await far.closed()).by).toBe('remote');
  });

  it('errors the writer when the peer closes the channel, and the reader gets what came before', async ({
    connectedPair: { near, far },
  }) => {
    const { readable, writable } = far.toWeb();
    const idle = new ReadableStream();
    const piping = within(idle.pipeTo(writable), 'the end of the pipe');
    await near.send('last words');
    await Promise.all([near.close(), expect(piping).rejects.toMatchObject({ code: 'RTC_CLOSED' })]);
    const received: unknown[] = [];
    for await (const message of readable) received.push(message);
    expect(received).toEqual(['last words']);
  });

  it('reads an error when the channel fails', async ({ connectedPair: { near } }) => {
    const reader = near.toWeb().readable.getReader();
    const boom = new Error('boom');
    const reading = reader.read();
    near.abort(boom);
    await expect(reading).rejects.toMatchObject({ code: 'RTC_ABORTED', cause: boom });
  });
});
