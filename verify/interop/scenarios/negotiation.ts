import type { DataChannel } from 'scoped-rtc';
import { nextEvent } from '../../../test/support/event.js';
import { type Cell, echoed, eventually, type Scenarios, weOffer } from '../scenario.js';

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

export const negotiation: Scenarios = {
  'they-offer-again': {
    title: 'they offer again',
    async run(cell) {
      const { channel } = await weOffer(cell);
      await cell.peer.call('offer');
      await eventually(
        async () => (await cell.peer.call<{ signaling: string }>('states')).signaling === 'stable',
        'their signaling is stable',
      );
      cell.check(await echoed(channel, 'x'), 'echo');
    },
  },
  'glare-they-polite': {
    title: 'offers cross, they are polite',
    needs: ['rollback'],
    run: (cell) => glare(cell, false),
  },
  'glare-we-polite': { title: 'offers cross, we are polite', run: (cell) => glare(cell, true) },
};
