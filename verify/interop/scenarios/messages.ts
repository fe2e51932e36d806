import type { CloseInfo, DataChannel } from 'scoped-rtc';
import { nextEvent } from '../../../test/support/event.js';
import type { Peer, PeerChannel } from '../peer.js';
import { connectRawEnd } from '../raw-end.js';
import {
  connectRaw,
  echoed,
  type Cell,
  type Ends,
  eventually,
  numbered,
  type Scenarios,
  theyOffer,
  type Tools,
  weOffer,
} from '../scenario.js';

const COUNT = 3000;

/** What is sent without a break, as a program does that has a file to give away. */
function sendAll(channel: DataChannel): DataChannel {
  for (let n = 0; n < COUNT; n++) void channel.send(numbered(n));
  return channel;
}

/** What has arrived at the peer when all has, or 3 s after the end. */
async function arrivedAt(peer: Peer): Promise<PeerChannel | undefined> {
  const isAll = async () => (await peer.channel('sink'))?.messages === COUNT;
  await eventually(isAll, 'all arrive', 3000).catch(() => {});
  return peer.channel('sink');
}

/** Of an open channel: what is known not to have arrived is among what is not confirmed, or there was no time to ask. */
function mayBeLost({ undelivered, unconfirmed }: CloseInfo): number {
  return Math.max(undelivered, unconfirmed.messages);
}

/** All arrived; or, where the peer discards what its program has not read, the rest is counted. */
function checkArrival(
  { peer, check, figure }: Pick<Cell, 'peer' | 'check' | 'figure'>,
  seen: number,
  info?: CloseInfo,
): void {
  const counted = info ? mayBeLost(info) : 0;
  const isCounted = peer.lacks('keeping what its program has not read') && seen + counted >= COUNT;
  figure(`${seen} of ${COUNT}${isCounted && seen < COUNT ? ', the rest is counted' : ''}`);
  check(seen === COUNT || isCounted, `${seen} of ${COUNT} arrived, ${counted} are counted as unconfirmed`);
}

const arrived: NonNullable<Scenarios[string]['after']> = async (cell, channel) => {
  const seen = await arrivedAt(cell.peer);
  checkArrival(cell, seen?.messages ?? 0, await channel?.closed());
  cell.check(seen?.misplaced === 0, `${seen?.misplaced} in the wrong order`);
};

/**
 * The same program with the raw binding: it has no end that waits for what was sent, only a `close()`. What a peer discards we
 * count, the raw binding does not.
 */
const burstOfRaw =
  (offerer: 'raw' | 'peer', ending: 'channel' | 'pc') =>
  async ({ peer }: Ends, { check, figure }: Tools): Promise<void> => {
    await using raw = await connectRawEnd(peer, 'sink', offerer);
    for (let n = 0; n < COUNT; n++) raw.channel.sendMessageBinary(numbered(n));
    raw[ending].close();
    const seen = (await arrivedAt(peer))?.messages ?? 0;
    const holds = peer.lacks('keeping what its program has not read') ? () => {} : check;
    checkArrival({ peer, figure, check: holds }, seen);
  };

/** What came on their channel that they closed. */
function checkBurst({ check, figure }: Tools, came: number | undefined, isClosed: boolean): void {
  const text = `${came} of ${COUNT}${isClosed ? '' : ', and the channel does not close'}`;
  figure(text);
  check(came === COUNT && isClosed, text);
}

export const messages: Scenarios = {
  'we-leave': {
    title: '3000 messages on our channel, and we leave',
    chance: true,
    async run(cell) {
      return sendAll((await weOffer(cell, { label: 'sink' })).channel);
    },
    control: burstOfRaw('raw', 'pc'),
    after: arrived,
  },
  'we-leave-theirs': {
    title: '3000 messages on their channel, and we leave',
    chance: true,
    async run(cell) {
      return sendAll((await theyOffer(cell, { label: 'sink' })).channel);
    },
    control: burstOfRaw('peer', 'pc'),
    after: arrived,
  },
  'both-leave': {
    title: '3000 messages each way, and both leave at once',
    chance: true,
    needs: ['reading what came before its close'],
    async run(cell) {
      const { pc, channel } = await theyOffer(cell, { label: 'sink' });
      let got = 0;
      channel.on('message', () => got++);
      const burst = cell.peer.call('burst', { label: 'sink', count: COUNT, ending: 'close connection' });
      burst.catch(() => {}); // its channel may have been closed by then
      let accepted = 0;
      const counting = () => accepted++;
      for (let n = 0; n < COUNT; n++) channel.send(numbered(n)).then(counting, () => {});
      await pc.close();
      const counted = mayBeLost(await channel.closed());
      const count = async () => (await cell.peer.channel('sink'))?.messages ?? 0;
      const all = async () => (await count()) >= accepted - counted;
      await eventually(all, 'the rest arrives', 3000).catch(() => {});
      const arrived = await count();
      cell.figure(`${got} came, ${arrived} of ${accepted} arrived`);
      const lost = accepted - arrived;
      cell.check(counted >= lost, `${lost} of ${accepted} did not arrive, ${counted} are counted`);
    },
    /** The raw binding counts nothing: only a peer that says no more is the same. */
    async control({ peer }, { figure }) {
      await using raw = await connectRawEnd(peer, 'sink', 'peer');
      const burst = peer.call('burst', { label: 'sink', count: COUNT, ending: 'close connection' });
      burst.catch(() => {});
      for (let n = 0; n < COUNT && raw.channel.isOpen(); n++) raw.channel.sendMessageBinary(numbered(n));
      raw.pc.close();
      figure(`${(await arrivedAt(peer))?.messages} of ${COUNT} arrived`);
    },
  },
  'we-close-channel': {
    title: '3000 messages, and we close the channel',
    chance: true,
    async run(cell) {
      const { pc, channel } = await weOffer(cell, { label: 'sink' });
      sendAll(channel);
      await channel.close();
      const atClose = (await cell.peer.channel('sink'))?.messages;
      const seen = await arrivedAt(cell.peer);
      const info = await channel.closed();
      checkArrival(cell, seen?.messages ?? 0, info);
      if (!cell.peer.lacks('keeping what its program has not read')) {
        cell.check(atClose === seen?.messages, `${atClose} of these had arrived when close() resolved`);
        cell.check(info.unconfirmed.messages === 0, `${info.unconfirmed.messages} unconfirmed`);
      }
      await eventually(async () => (await cell.peer.channel('sink'))?.closed === true, 'they see the close');
      cell.check(pc.connectionState === 'connected', 'the connection lives on');
    },
    control: burstOfRaw('raw', 'channel'),
  },
  'they-close-channel': {
    title: '3000 messages of theirs, and they close the channel',
    chance: true,
    async run(cell) {
      const { channel } = await theyOffer(cell, { label: 'burst' });
      let got = 0;
      let misplaced = 0;
      channel.on('message', (message) => {
        if (typeof message === 'string' || message.readUIntLE(0, 3) !== got) misplaced++;
        got++;
      });
      // It opens there later than here, and an end that is not open may not send.
      await eventually(async () => (await cell.peer.channel('burst'))?.opened === true, 'it opens there');
      await cell.peer.call('burst', { label: 'burst', count: COUNT, ending: 'close channel' });
      const info = await channel.closed({ timeout: 30_000 }).catch(() => undefined);
      checkBurst(cell, got, info !== undefined);
      cell.check(misplaced === 0, `${misplaced} in the wrong order`);
      if (info) cell.check(info.by === 'remote', `ended by ${info.by}`);
    },
    async control(ends, cell) {
      await connectRaw(ends, 'burst', 'peer');
      await ends.peer.call('burst', { label: 'burst', count: COUNT, ending: 'close channel' });
      const burst = () => ends.raw.channel('burst');
      await eventually(async () => (await burst())?.closed === true, 'it closes', 30_000).catch(() => {});
      const end = await burst();
      checkBurst(cell, end?.messages, end?.closed === true);
    },
  },
  'greeted-at-once': {
    title: 'what they send as their channel opens',
    async run(cell) {
      const { channel } = await theyOffer(cell, { label: 'greet' });
      const [message] = await nextEvent<[unknown]>(channel, 'message');
      cell.check(message === 'hello', `got ${String(message)}`);
    },
  },
  'they-close': {
    title: 'they close their channel, and a new one works',
    async run(cell) {
      const { pc, channel } = await weOffer(cell);
      await cell.peer.call('closeChannel', { label: 'echo' });
      const info = await channel.closed({ timeout: 10_000 });
      cell.check(info.by === 'remote', `ended by ${info.by}`);
      const again = await pc.createDataChannel('echo-again').opened({ timeout: 10_000 });
      cell.check(await echoed(again, 'x'), 'echo');
    },
  },
};
