import type { DataChannel, DataChannelInit } from 'scoped-rtc';
import { echoed, eventually, type Scenarios, weOffer } from '../scenario.js';

const KINDS: Readonly<Record<string, DataChannelInit>> = {
  'echo-unordered': { unordered: true },
  'echo-retransmits': { maxRetransmits: 3 },
  'echo-lifetime': { maxPacketLifeTime: 500 },
  'echo-protocol': { protocol: 'chat.v1' },
};

export const channels: Scenarios = {
  kinds: {
    title: 'unordered, partially reliable, with a protocol',
    async run(cell) {
      const { pc } = await weOffer(cell);
      for (const [label, init] of Object.entries(KINDS)) {
        const channel = await pc.createDataChannel(label, init).opened({ timeout: 10_000 });
        cell.check(await echoed(channel, 'x'), `${label}: echo`);
        const seen = await cell.peer.channel(label);
        if (!cell.peer.lacks('reporting whether a channel of ours is ordered'))
          cell.check(seen?.ordered === !init.unordered, `${label}: ordered ${seen?.ordered}`);
        cell.check((seen?.protocol ?? '') === (init.protocol ?? ''), `${label}: protocol ${seen?.protocol}`);
        await channel.close();
      }
    },
  },
  negotiated: {
    title: 'a negotiated channel',
    needs: ['a negotiated channel'],
    async run(cell) {
      const { pc } = await weOffer(cell);
      const options = { negotiated: true, id: 77 };
      await cell.peer.call('channel', { label: 'echo-77', options });
      const channel = await pc.createDataChannel('echo-77', options).opened({ timeout: 10_000 });
      await eventually(async () => (await cell.peer.channel('echo-77'))?.opened === true, 'it opens there');
      cell.check(await echoed(channel, 'x'), 'echo');
    },
  },
  'fifty-at-once': {
    title: '50 channels opened, echoed and closed at once',
    async run(cell) {
      const { pc } = await weOffer(cell);
      const many = Array.from({ length: 50 }, (_, n) => pc.createDataChannel(`echo-${n}`));
      await Promise.all(many.map((channel) => channel.opened({ timeout: 15_000 })));
      const echoes = await Promise.all(many.map((channel) => echoed(channel, channel.label)));
      cell.check(echoes.every(Boolean), 'all echo');
      const begin = performance.now();
      await Promise.all(many.map((channel) => channel.close()));
      const ms = Math.round(performance.now() - begin);
      cell.figure(`closed in ${ms} ms`);
      cell.check(ms < 3000, `closing took ${ms} ms`);
      cell.check((await unconfirmed(many)) === 0, 'all are confirmed');
    },
  },
  'hundred-in-turn': {
    title: 'one channel after another, 100 times without a pause',
    async run(cell) {
      const { pc } = await weOffer(cell);
      const begin = performance.now();
      for (let n = 0; n < 100; n++) {
        const channel = await pc.createDataChannel(`echo-${n}`).opened({ timeout: 5000 });
        cell.check(await echoed(channel, 'x'), `echo ${n}`);
        await channel.close();
      }
      cell.figure(`${Math.round((performance.now() - begin) / 100)} ms each`);
    },
  },
};

async function unconfirmed(many: readonly DataChannel[]): Promise<number> {
  const ends = await Promise.all(many.map((channel) => channel.closed()));
  return ends.reduce((sum, end) => sum + end.unconfirmed.messages + end.undelivered, 0);
}
