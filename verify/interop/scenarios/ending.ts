import { connectRaw, eventually, type Scenarios, type Tools, weOffer } from '../scenario.js';

/** Milliseconds: no silence that ICE takes for an end, a message of the peer's. */
const AT_ONCE = 8000;

function checkNotice({ check, figure }: Tools, ms: number): void {
  figure(`noticed after ${ms} ms`);
  check(ms < AT_ONCE, `noticed after ${ms} ms`);
}

export const ending: Scenarios = {
  'they-close-connection': {
    title: 'they close the connection',
    async run(cell) {
      const { pc, channel } = await weOffer(cell);
      const begin = performance.now();
      await cell.peer.call('close');
      await channel.closed({ timeout: 60_000 });
      await pc.closed({ timeout: 60_000 });
      checkNotice(cell, Math.round(performance.now() - begin));
    },
    async control(ends, cell) {
      await connectRaw(ends, 'echo', 'raw');
      await ends.peer.call('close');
      const isClosed = async () => (await ends.raw.channel('echo'))?.closed === true;
      checkNotice(cell, await eventually(isClosed, 'their close is noticed', 60_000));
    },
  },
  'we-close-connection': {
    title: 'we close the connection',
    async run(cell) {
      const { pc } = await weOffer(cell);
      await pc.close();
      const ms = await eventually(
        async () => (await cell.peer.channel('echo'))?.closed === true,
        'their channel closes',
      );
      cell.figure(`noticed after ${ms} ms`);
    },
  },
  'they-die': {
    title: 'their process is killed',
    async run(cell) {
      const { pc, channel } = await weOffer(cell);
      const begin = performance.now();
      cell.peer.die();
      void channel.send('anybody there?').catch(() => {});
      await pc.closed({ timeout: 90_000 });
      cell.figure(`noticed after ${Math.round((performance.now() - begin) / 1000)} s`);
    },
  },
};
