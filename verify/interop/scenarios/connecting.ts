import { randomUUID } from 'node:crypto';
import { echoed, type Scenarios, theyOffer, weOffer } from '../scenario.js';
import type { Change } from '../peer.js';

/** Texts, bytes, and sizes up to what is announced, there and back. */
const echo: Scenarios[string]['run'] = async (cell) => {
  const { pc, channel } = await weOffer(cell);
  await echoSizes(cell, pc.maxMessageSize, channel);
};

async function echoSizes(
  cell: Parameters<Scenarios[string]['run']>[0],
  announced: number,
  channel: Awaited<ReturnType<typeof weOffer>>['channel'],
): Promise<void> {
  const most = cell.peer.lacks('64 kB') ? 65_535 : announced;
  cell.check(await echoed(channel, 'héllo €😀'), 'a text comes back');
  for (const size of [1, 16_384, 65_535, most].filter((size) => size <= most)) {
    cell.check(await echoed(channel, Buffer.alloc(size, 7)), `${size} bytes come back`);
  }
  cell.figure(`up to ${Math.round(most / 1024)} kB`);
}

/** The end of the candidates in the three ways there are. */
const end =
  (how: 'null' | 'empty' | 'none'): Change =>
  (message) => {
    if (!('candidate' in message) || message.candidate !== null || how === 'null') return message;
    return how === 'none' ? undefined : { candidate: { candidate: '', sdpMid: '0', sdpMLineIndex: 0 } };
  };

const byIndex: Change = (message) =>
  'candidate' in message && message.candidate
    ? { candidate: { candidate: message.candidate.candidate, sdpMLineIndex: 0 } }
    : message;

const ADDRESS_6 = / [0-9a-f]*:[0-9a-f:]+ \d+ typ /i;
const sixOnly: Change = (message) => {
  if ('candidate' in message)
    return message.candidate && !ADDRESS_6.test(message.candidate.candidate) ? undefined : message;
  const { type, sdp } = message.description;
  const lines = sdp.split('\r\n').filter((line) => !line.startsWith('a=candidate') || ADDRESS_6.test(line));
  return { description: { type, sdp: lines.join('\r\n') } };
};

/** Their addresses as names that nobody knows, as those of a browser in another network. */
const localNames: Change = (message, way) => {
  if (way === 'out') return message;
  const hidden = (text: string) =>
    text.replaceAll(/(candidate:\S+ \d+ \S+ \d+ )\S+( \d+ typ host)/g, `$1${randomUUID()}.local$2`);
  if ('candidate' in message) {
    const { candidate } = message;
    return candidate ? { candidate: { ...candidate, candidate: hidden(candidate.candidate) } } : message;
  }
  const { type, sdp } = message.description;
  return { description: { type, sdp: hidden(sdp) } };
};

export const connecting: Scenarios = {
  'we-offer': { title: 'we offer; messages up to the announced size', run: echo },
  'they-offer': {
    title: 'they offer; messages up to the announced size',
    async run(cell) {
      const { pc, channel } = await theyOffer(cell);
      await echoSizes(cell, pc.maxMessageSize, channel);
    },
  },
  'empty-messages': {
    title: 'empty messages',
    needs: ['empty messages'],
    async run(cell) {
      const { channel } = await weOffer(cell);
      cell.check(await echoed(channel, ''), 'an empty text comes back');
      cell.check(await echoed(channel, Buffer.alloc(0)), 'no bytes come back');
    },
  },
  'early-message': {
    title: 'a message sent before the channel is open',
    async run(cell) {
      await cell.peer.call('create', { polite: true });
      const pc = cell.scope.createPeerConnection('peer');
      const channel = pc.createDataChannel('echo');
      const came = echoed(channel, 'early');
      await pc.negotiate(cell.peer.signaling(undefined, false), { timeout: 15_000 });
      cell.check(await came, 'it comes back');
    },
  },
  'full-descriptions': {
    title: 'their candidates in their description',
    async run(cell) {
      const { channel } = await weOffer(cell, { peer: { trickle: false } });
      cell.check(await echoed(channel, 'x'), 'echo');
    },
  },
  ...Object.fromEntries(
    (['null', 'empty', 'none'] as const).map((how) => [
      `end-of-candidates-${how}`,
      {
        title: `end of candidates: ${how === 'null' ? 'null' : how === 'empty' ? 'an empty candidate' : 'none'}`,
        async run(cell) {
          const { channel } = await weOffer(cell, { change: end(how), peer: { end: how } });
          cell.check(await echoed(channel, 'x'), 'echo');
        },
      } satisfies Scenarios[string],
    ]),
  ),
  'by-index': {
    title: 'candidates by m-line index only',
    async run(cell) {
      const { channel } = await weOffer(cell, { change: byIndex });
      cell.check(await echoed(channel, 'x'), 'echo');
    },
  },
  'local-names': {
    title: 'their addresses as `.local` names that cannot be resolved',
    async run(cell) {
      const { channel } = await weOffer(cell, { change: localNames });
      cell.check(await echoed(channel, 'x'), 'echo');
    },
  },
  'ipv6-only': {
    title: 'IPv6 only',
    async run(cell) {
      const { pc, channel } = await weOffer(cell, { change: sixOnly });
      cell.check(await echoed(channel, 'x'), 'echo');
      cell.check(pc.selectedCandidatePair()?.local.address.includes(':') === true, 'the pair is IPv6');
    },
  },
};
