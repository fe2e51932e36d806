// Three copies of the package in one process: the ES module, the CommonJS files, and another installed version.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import * as imported from 'scoped-rtc';

const require = createRequire(import.meta.url);
const required = require('scoped-rtc');
const older = await import('./node_modules/dependent/node_modules/scoped-rtc/dist/index.js');
const copies = [imported, required, older];

for (const copy of copies) {
  const error = await copy.RtcRuntime.acquire('app').run(async (rtc) => {
    const channel = rtc.createPeerConnection('alice').createDataChannel('chat');
    return channel.opened({ timeout: 1 }).catch((reason) => reason);
  });
  const both = await copy.RtcRuntime.acquire('app')
    .run((rtc) => {
      rtc.defer(() => {
        throw new Error('the disposer');
      });
      throw new Error('the body');
    })
    .catch((reason) => reason);
  const own = new copy.RtcClosedError('RTC_CLOSED', 'closed');
  for (const { RtcClosedError, RtcError, RtcTimeoutError, RtcRuntime, SuppressedError } of copies) {
    assert.equal(RtcRuntime.shared, imported.RtcRuntime.shared);
    assert.ok(error instanceof RtcError && error instanceof RtcTimeoutError);
    assert.ok(own instanceof RtcError && own instanceof RtcClosedError && !(own instanceof RtcTimeoutError));
    assert.ok(!(error instanceof RtcClosedError));
    assert.ok(
      both instanceof SuppressedError && both instanceof Error && !(error instanceof SuppressedError),
    );
    assert.ok(new SuppressedError(1, 2) instanceof imported.SuppressedError);
    assert.equal(both.suppressed.message, 'the body');
  }
}
// One runtime makes the handles of all: whichever copy a function comes from, it takes them.
for (const copy of copies) {
  await copy.RtcRuntime.acquire('app').run(async (rtc) => {
    const connection = rtc.createPeerConnection('alice');
    const channel = connection.createDataChannel('chat');
    for (const other of copies) {
      assert.ok(channel instanceof other.DataChannel && channel instanceof other.MessageChannel);
      assert.ok(connection instanceof other.PeerConnection && !(connection instanceof other.DataChannel));
      other.messageChannelSignaling(channel, { polite: true });
      await new other.AcknowledgedChannel(channel).abort();
      const room = other.joinRoom(channel, { room: 'room', peer: 'alice' });
      await assert.rejects(room.ready({ timeout: 1 }));
      await room.close();
    }
  });
}
assert.notEqual(older.RtcError, imported.RtcError);
console.log(`copies: ${new Set(copies.map(({ RtcError }) => RtcError)).size}`);
