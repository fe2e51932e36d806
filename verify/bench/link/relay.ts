// The process of the network between the two peers: links that are opened, changed and read by the process that started it.
import type { SignalingMessage } from '../../../src/index.js';
import { Ipc } from '../../../test/messages/ipc.js';
import { Schedule } from '../../../test/support/schedule.js';
import { type LinkOptions, UdpLink } from '../../../test/support/udp-link.js';

const links = new Map<string, UdpLink>();
const schedule = new Schedule();

const linkOf = (id: string): UdpLink => {
  const link = links.get(id);
  if (!link) throw new Error(`there is no link ${id}`);
  return link;
};

const ipc = new Ipc(process as never, async (command, args) => {
  const { id, ...rest } = args as { id: string };
  switch (command) {
    case 'open':
      return open(id, rest as unknown as LinkOptions);
    case 'change': {
      const { isLossy, isDark } = rest as { isLossy?: boolean; isDark?: boolean };
      const link = linkOf(id);
      if (isLossy !== undefined) link.isLossy = isLossy;
      if (isDark !== undefined) link.isDark = isDark;
      return undefined;
    }
    case 'join':
      return linkOf(id).join((rest as unknown as { ports: [number, number] }).ports);
    case 'counts':
      return linkOf(id).counts;
    default:
      throw new Error(`the relay knows no ${command}`);
  }
});

/** Signaling takes as long as a datagram, and gives each peer the address of the link. */
async function open(id: string, options: LinkOptions): Promise<void> {
  const link = await UdpLink.open(options);
  links.set(id, link);
  const left = ipc.signaling(`${id}/left`);
  const right = ipc.signaling(`${id}/right`);
  const pass = (message: unknown, of: 'left' | 'right') => {
    const reported = link.redirectMessage(message as SignalingMessage, of);
    schedule.after(options.delay, () => void (of === 'left' ? right : left).send(reported));
  };
  left.subscribe(
    (message) => pass(message, 'left'),
    () => {},
  );
  right.subscribe(
    (message) => pass(message, 'right'),
    () => {},
  );
}

process.on('disconnect', () => process.exit(0));
