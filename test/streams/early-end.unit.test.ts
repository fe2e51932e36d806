import { finished, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type DataChannel, RtcRuntime, type RtcScope } from 'scoped-rtc';
import { createFakeBinding, loopbackPair } from 'scoped-rtc/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let rtc: RtcScope;
beforeEach(() => {
  rtc = new RtcRuntime({ native: createFakeBinding() }).scope('app');
});
afterEach(() => rtc.disposeAsync());

/** A channel that never opens. */
const lonely = (): DataChannel => rtc.createPeerConnection('alice').createDataChannel('chat');

describe.each([undefined, 65_536])('before the channel is open, with a window of %s bytes', (window) => {
  const options = window === undefined ? {} : { window };

  it('destroy() with an error aborts it at once', async () => {
    const channel = lonely();
    const stream = channel.toDuplex(options);
    const error = new Error('enough');
    const ended = new Promise((resolve) => finished(stream, resolve));
    stream.destroy(error);
    expect(await ended).toBe(error);
    expect(await channel.closed()).toMatchObject({ by: 'local', reason: error });
  });

  it('destroy() without an error closes it', async () => {
    const channel = lonely();
    channel.toDuplex(options).destroy();
    expect(await channel.closed()).toMatchObject({ by: 'local' });
  });

  it('a pipeline that is aborted ends', async () => {
    const channel = lonely();
    const controller = new AbortController();
    const { signal } = controller;
    const ended = pipeline(Readable.from([Buffer.from('x')]), channel.toDuplex(options), { signal });
    controller.abort();
    await expect(ended).rejects.toMatchObject({ name: 'AbortError' });
    await channel.closed();
  });

  it('abort() of the web stream aborts it at once', async () => {
    const channel = lonely();
    const { writable } = channel.toWeb(options);
    const reason = new Error('enough');
    await writable.abort(reason).catch(() => {});
    expect(await channel.closed()).toMatchObject({ by: 'local', reason });
  });
});

it('a web stream that cannot send a chunk aborts the channel, so that the peer learns of it', async () => {
  const { near, far } = await loopbackPair(rtc);
  const writer = near.toWeb().writable.getWriter();
  await expect(writer.write(5 as never)).rejects.toThrow(TypeError);
  expect(await near.closed()).toMatchObject({ by: 'local' });
  expect(await far.closed()).toMatchObject({ by: 'remote' });
});
