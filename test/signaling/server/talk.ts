import type { AcknowledgedChannel } from 'scoped-rtc';
import { until, within } from '../../support/event.js';

/**
 * Both channels send 0, 1, 2 … to each other, `messages` in all, each as fast as the other takes them. `restart` is called
 * `restarts` times, at equal distances. Resolves with what arrived at each.
 */
export async function talkThrough(
  channels: readonly [AcknowledgedChannel, AcknowledgedChannel],
  messages: number,
  restarts: number,
  restart: () => Promise<void>,
): Promise<[unknown[], unknown[]]> {
  const arrived: [unknown[], unknown[]] = [[], []];
  for (const [at, channel] of channels.entries()) {
    channel.subscribe((message) => void arrived[at]?.push(message));
  }
  const half = messages / 2;
  const part = half / restarts;
  let mayGo = 0;
  const talk = async (channel: AcknowledgedChannel) => {
    const sent: Promise<void>[] = [];
    for (let n = 0; n < half; n++) {
      await until(() => n < mayGo && channel.pending < 100, 'room', 60_000);
      sent.push(channel.send(n, { timeout: 60_000 }));
    }
    await Promise.all(sent);
  };
  const talking = Promise.all(channels.map(talk));
  talking.catch(() => {});
  for (let restarted = 0; restarted < restarts; restarted++) {
    mayGo += part;
    const enough = restarted * part + part / 2;
    await until(() => Math.min(...arrived.map(({ length }) => length)) >= enough, `message ${enough}`);
    await restart();
  }
  await within(talking, 'the talk', 60_000);
  return arrived;
}
