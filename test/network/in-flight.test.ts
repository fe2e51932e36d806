import { RtcRuntime } from 'scoped-rtc';
import { afterEach, describe, expect, it } from 'vitest';
import { numbered } from '../messages/numbered.js';
import { until } from '../support/event.js';
import { nothingLeft } from '../support/nothing-left.js';
import { endOf, linkedChannel, linkedPair } from './linked-pair.js';

const MIB = 1024 * 1024;

afterEach(async () => {
  RtcRuntime.shared.setSctpSettings({});
  await nothingLeft();
});

describe('what SCTP has taken and the network has not', () => {
  it.each([
    ["with the library's own buffers", {}, 0.9 * MIB],
    ['with buffers as they were set', { sendBufferSize: 12 * MIB, recvBufferSize: 12 * MIB }, 10 * MIB],
  ])('is counted as unconfirmed, %s', async (_, settings, bytes) => {
    RtcRuntime.shared.setSctpSettings(settings);
    const pair = await linkedPair({ delay: 1, jitter: 0, loss: 0, seed: 5, unannounced: true }, 1000);
    try {
      const { near, far } = await linkedChannel(pair, 'bulk');
      let came = 0;
      far.on('message', () => came++);
      await near.send(numbered(0, 100));
      await until(() => came === 1, 'the first message');
      pair.link.isDark = true;
      const size = 60_000;
      const count = Math.floor(bytes / size);
      for (let n = 0; n < count; n++) void near.send(numbered(n, size));
      await until(() => near.bufferedAmount === 0, 'SCTP to take all of it');
      await near.abort(new Error('enough'));
      const { unconfirmed, undelivered } = await near.closed();
      expect(unconfirmed.messages).toBeGreaterThanOrEqual(count);
      expect(unconfirmed.bytes).toBeGreaterThanOrEqual(count * size);
      expect(undelivered).toBe(unconfirmed.messages);
      expect(came).toBe(1);
    } finally {
      await endOf(pair);
    }
  });
});

describe('a channel beside a bulk transfer', () => {
  it('has its turn while the transfer goes on', async () => {
    const pair = await linkedPair({
      ...{ delay: 5, jitter: 0, loss: 0, seed: 7 },
      ...{ bandwidth: 4e6, queue: 100_000 },
    });
    try {
      const bulk = await linkedChannel(pair, 'bulk');
      const small = await linkedChannel(pair, 'small');
      let came = 0;
      bulk.far.on('message', () => came++);
      const answered = new Promise((resolve) => small.far.once('message', resolve));
      const payload = Buffer.alloc(64_000);
      let going = true;
      const transfer = (async () => {
        while (going) await bulk.near.send(payload);
      })();
      await until(() => came > 20, 'the transfer to be under way');
      void small.near.send('small');
      let isAnswered = false;
      void answered.then(() => {
        isAnswered = true;
      });
      // Eight times what may wait before it.
      const sent = came + (8 * 6 * MIB) / payload.length;
      await until(() => isAnswered || came > sent, 'the small message, or too much before it');
      going = false;
      expect(isAnswered).toBe(true);
      await transfer;
    } finally {
      await endOf(pair);
    }
  });
});
