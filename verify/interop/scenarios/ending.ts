import { connectRaw, eventually, type Scenarios, weOffer } from '../scenario.js';

export const ending: Scenarios = {
  'they-close-connection': {
    title: 'they close the connection',
    async run(cell) {
      const { pc, channel } = await weOffer(cell);
      const begin = performance.now();
      await cell.peer.call('close');
      await channel.closed({ timeout: 60_000 });
      await pc.closed({ timeout: 60_000 });
      const ms = Math.round(performance.now() - begin);
      cell.figure(`noticed after ${ms} ms`);
      cell.check(ms < 8000, `noticed after ${ms} ms`);
    },
    async control(ends) {
      await connectRaw(ends, 'echo', 'raw');
      await ends.peer.call('close');
      const isClosed = async () => (await ends.raw.channel('echo'))?.closed === true;
      return `noticed after ${await eventually(isClosed, 'their close is noticed', 60_000)} ms`;
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
