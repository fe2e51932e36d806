// One of the four classic mistakes, by the name in the arguments.
import { subscribe } from 'node:diagnostics_channel';
import { PeerConnection, cleanup } from 'node-datachannel';
import { RtcRuntime, type RtcWarning } from 'scoped-rtc';
import { createFakeBinding } from '../../../src/testing/index.js';
import { say } from '../../lifecycle/programs/say.js';
import { until } from '../../support/event.js';

const codes: string[] = [];
subscribe('scoped-rtc:warning', (message) => {
  const { code, message: text, path } = message as RtcWarning;
  codes.push(code);
  say({ code, text, path });
});
const warned = (code: string) => until(() => codes.includes(code), code, 5000);

const mistakes: Record<string, () => Promise<void> | void> = {
  openAtExit() {
    const scope = RtcRuntime.acquire('app');
    scope.createPeerConnection('alice').createDataChannel('chat');
    process.exit(0);
  },
  openAtExitWithListener() {
    RtcRuntime.shared.on('leak', (open) => say({ open }));
    RtcRuntime.acquire('app').createPeerConnection('alice');
    process.exit(0);
  },
  openAtUncaught() {
    RtcRuntime.acquire('app').createPeerConnection('alice');
    setImmediate(() => {
      throw new Error('the story');
    });
  },
  async cycle() {
    await RtcRuntime.acquire('app').run((scope) => {
      const [alice, bob] = [scope.createPeerConnection('alice'), scope.createPeerConnection('bob')];
      alice.dependsOn(bob);
      try {
        bob.dependsOn(alice);
      } catch (error) {
        say({ refused: (error as { code: string }).code });
      }
    });
  },
  async madeAfterCleanup() {
    await RtcRuntime.acquire('app').run((scope) => void scope.createPeerConnection('alice'));
    const stray = new PeerConnection('stray', { iceServers: [] });
    await until(() => RtcRuntime.shared.threads().names.includes('RTC worker'), 'its threads');
    if (process.env.SCOPED_RTC_TRACE === '1') await warned('RTC_MADE_OUTSIDE');
    else RtcRuntime.acquire('next');
    stray.close();
    await RtcRuntime.shared.shutdown();
    cleanup();
    process.exitCode = 0;
  },
  async goodNeighbour() {
    const stray = new PeerConnection('stray', { iceServers: [] });
    stray.close();
    cleanup();
    await RtcRuntime.acquire('app').run((scope) => void scope.createPeerConnection('alice'));
    await RtcRuntime.acquire('app').run((scope) => void scope.createPeerConnection('alice'));
  },
  async emptyAtExit() {
    RtcRuntime.shared.on('leak', (open) => say({ open }));
    await RtcRuntime.acquire('ended').run(() => {});
    RtcRuntime.acquire('left');
  },
  async twoRuntimes() {
    await RtcRuntime.acquire('app').run(async (scope) => {
      scope.createPeerConnection('alice');
      await new RtcRuntime().scope('other').run((other) => void other.createPeerConnection('bob'));
      await new RtcRuntime().scope('empty').disposeAsync();
    });
    await new RtcRuntime().scope('later').run((other) => void other.createPeerConnection('carol'));
  },
  async manualCleanup() {
    const runtime = new RtcRuntime({ cleanup: 'manual' });
    for (const name of ['first', 'second']) {
      await runtime.scope(name).run((scope) => void scope.createPeerConnection('alice'));
    }
    await new RtcRuntime().scope('other').run((scope) => void scope.createPeerConnection('bob'));
    await runtime.shutdown();
  },
  async cleanupWithOpen() {
    let refusals = 0;
    const native = createFakeBinding({ faults: { throwInClose: () => ++refusals === 1 } });
    const runtime = new RtcRuntime({ native });
    await runtime
      .scope('app')
      .run((scope) => void scope.createPeerConnection('alice'))
      .catch(() => {});
    say({ cleanups: native.cleanups, violations: native.violations.length });
  },
  async foreignCleanup() {
    await RtcRuntime.acquire('app').run((scope) => {
      scope.createPeerConnection('alice');
      cleanup();
    });
  },
};

await mistakes[process.argv[2] ?? '']?.();
