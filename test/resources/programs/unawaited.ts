// Methods whose promise nobody awaits: what becomes an unhandled rejection is reported, by the name of its error.
import { RtcRuntime, type Signaling } from '../../../src/index.js';
import { createFakeBinding } from '../../../src/testing/index.js';
import { say } from '../../lifecycle/programs/say.js';

let called = '';
process.on('unhandledRejection', (error: Error) => say({ [called]: error.name }));

const runtime = new RtcRuntime({ native: createFakeBinding() });
const rtc = runtime.scope('app');
const connection = rtc.createPeerConnection('alice');
const channel = connection.createDataChannel('chat');

const mistakes: Record<string, () => unknown> = {
  send: () => channel.send({} as never),
  options: () => channel.send('x', { timout: 1 } as never),
  opened: () => channel.opened(5 as never),
  drained: () => channel.drained(5 as never),
  nextMessage: () => channel.nextMessage(5 as never),
  closed: () => channel.closed(5 as never),
  close: () => channel.close({ timeout: -1 }),
  connected: () => connection.connected(5 as never),
  negotiate: () => connection.negotiate({} as Signaling),
  offer: () => connection.offer({ x: 1 } as never),
  answer: () => connection.answer({} as never),
  nextDataChannel: () => connection.nextDataChannel(5 as never),
  nextTrack: () => connection.nextTrack(5 as never),
};
/** That the world is in another state than hoped for must not end the process. */
const failures: Record<string, () => unknown> = {
  lateMessage: () => channel.nextMessage({ timeout: 1 }),
  lateChannel: () => connection.nextDataChannel({ timeout: 1 }),
  lateOpening: () => channel.opened({ timeout: 1 }),
  lateDrain: () => (void channel.send('x'), channel.drained({ timeout: 1 })),
  whileEnding: () => {
    void channel.nextMessage();
    void connection.nextTrack();
    void channel.send('y');
    void channel.abort(new Error('enough'));
  },
  afterEnd: () => {
    void channel.drained();
    void channel.nextMessage();
    void channel.opened();
    void channel.send('z');
  },
};
for (const [name, call] of Object.entries({ ...mistakes, ...failures })) {
  called = name;
  void call();
  await new Promise((resolve) => setTimeout(resolve, 20));
}
say({ expected: Object.keys(mistakes) });
await rtc.disposeAsync();
