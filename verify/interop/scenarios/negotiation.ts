import type { DataChannel } from 'scoped-rtc';
import { nextEvent } from '../../../test/support/event.js';
import type { Peer } from '../peer.js';
import {
  type Cell,
  connectRaw,
  echoed,
  type Ends,
  eventually,
  linkEnds,
  type Scenarios,
  weOffer,
} from '../scenario.js';

async function glare(cell: Cell, wePolite: boolean): Promise<void> {
  await cell.peer.call('create', { polite: !wePolite });
  const pc = cell.scope.createPeerConnection('peer');
  const came = nextEvent<[DataChannel]>(pc, 'dataChannel');
  came.catch(() => {});
  await cell.peer.call('channel', { label: 'theirs' });
  await cell.peer.call('offer');
  const channel = pc.createDataChannel('echo');
  await pc.negotiate(cell.peer.signaling(undefined, wePolite), { timeout: 15_000 });
  await channel.opened({ timeout: 10_000 });
  cell.check(await echoed(channel, 'x'), 'echo');
  const [theirs] = await came;
  cell.check(theirs.label === 'theirs', `their channel is called ${theirs.label}`);
}

/** The raw binding rolls back, by `setRemoteDescription`. */
async function glareOfRaw(ends: Ends): Promise<void> {
  const { raw, peer } = ends;
  await raw.ready();
  await raw.call('create', { polite: true });
  await peer.call('create', { polite: false });
  await raw.call('channel', { label: 'echo' });
  await peer.call('channel', { label: 'theirs' });
  await raw.call('offer');
  await peer.call('offer');
  linkEnds(ends);
  for (const label of ['echo', 'theirs']) {
    await eventually(async () => (await raw.channel(label))?.opened === true, `${label} opens`);
    await eventually(async () => (await peer.channel(label))?.opened === true, `${label} opens there`);
  }
}

const stable = (peer: Peer): Promise<number> =>
  eventually(
    async () => (await peer.call<{ signaling: string }>('states')).signaling === 'stable',
    'their signaling is stable',
  );

export const negotiation: Scenarios = {
  'they-offer-again': {
    title: 'they offer again',
    async run(cell) {
      const { channel } = await weOffer(cell);
      await cell.peer.call('offer');
      await stable(cell.peer);
      cell.check(await echoed(channel, 'x'), 'echo');
    },
    async control(ends, cell) {
      await connectRaw(ends, 'echo', 'raw');
      await ends.peer.call('offer');
      cell.figure(`their signaling is stable after ${await stable(ends.peer)} ms`);
    },
  },
  'they-restart-ice': {
    title: 'they restart ICE; both sides see the connection end',
    needs: ['ice restart'],
    async run(cell) {
      const { pc } = await weOffer(cell);
      await cell.peer.call('offer', { iceRestart: true });
      const { reason } = await pc.closed({ timeout: 15_000 });
      cell.check(String((reason as Error | undefined)?.message).includes('restart'), `because of ${reason}`);
      const notices = async () => {
        if ((await cell.peer.channel('echo'))?.closed === true) return true;
        return (await cell.peer.call<{ connection: string }>('states')).connection !== 'connected';
      };
      cell.figure(`noticed after ${await eventually(notices, 'they notice', 45_000)} ms`);
    },
  },
  'glare-they-polite': {
    title: 'offers cross, they are polite',
    needs: ['rollback'],
    run: (cell) => glare(cell, false),
  },
  'glare-we-polite': {
    title: 'offers cross, we are polite',
    needs: ['a conflict of ICE roles'],
    run: (cell) => glare(cell, true),
    control: glareOfRaw,
  },
};
