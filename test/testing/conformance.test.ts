import { expect, it } from 'vitest';
import { until } from '../support/event.js';
import { forEachBinding, keepBusy, textOf, turns } from './conformance-rig.js';

forEachBinding((rig) => {
  it('connects two peers and carries text and bytes both ways', async () => {
    const atFar: unknown[] = [];
    const atNear: unknown[] = [];
    const states: string[] = [];
    const { a, b, near, far } = await rig.connect((channel) => channel.onMessage((data) => atFar.push(data)));
    a.onStateChange((state) => states.push(state));
    near.onMessage((data) => atNear.push(data));
    expect(near.sendMessage('hello')).toBe(true);
    near.sendMessageBinary(Buffer.from([1, 2, 3]));
    far.sendMessage('back');
    await until(() => atFar.length === 2 && atNear.length === 1, 'three messages');
    expect(atFar).toEqual(['hello', Buffer.from([1, 2, 3])]);
    expect(atNear).toEqual(['back']);
    expect([a.state(), b.state()]).toEqual(['connected', 'connected']);
    expect([far.getLabel(), far.getProtocol(), far.getId()]).toEqual(['chat', 'talk', near.getId()]);
    expect(near.maxMessageSize()).toBe(262144);
    expect([a.maxDataChannelId(), a.signalingState(), a.gatheringState()]).toEqual([
      1023,
      'stable',
      'complete',
    ]);
    expect(a.getSelectedCandidatePair()?.remote.address).toBe('127.0.0.1');
    expect(a.localDescription()?.type).toBe('offer');
    expect(b.localDescription()?.sdp).toContain('a=setup:passive');
    expect(b.remoteFingerprint().algorithm).toBe('sha-256');
    b.close();
    await until(() => states.includes('closed'), 'the other side is notified');
    expect(states).toEqual(['disconnected', 'closed']);
  });

  it('calls no handler inside the call that causes it', async () => {
    const a = rig.connection('a');
    const events: string[] = [];
    a.onLocalDescription((_sdp, type) => events.push(type));
    a.onStateChange((state) => events.push(state));
    rig.own(a.createDataChannel('x'));
    expect(events).toEqual([]);
    await until(() => events.length === 2, 'offer and state');
    expect(events.sort()).toEqual(['connecting', 'offer']);
    a.close();
    expect(events).toHaveLength(2);
    await until(() => events.length === 3, 'the closing state');
    expect(events[2]).toBe('closed');
  });

  it('gives channels ids by the DTLS role, and an unassigned one 65535', async () => {
    const { a, b, near } = await rig.connect();
    const made = [
      rig.own(a.createDataChannel('n1', { negotiated: true })),
      rig.own(b.createDataChannel('n2', { negotiated: true })),
      rig.own(a.createDataChannel('n3', { negotiated: true })),
      rig.own(a.createDataChannel('n4', { negotiated: true, id: 40 })),
    ];
    expect(near.getId()).toBe(0);
    expect(made.map((channel) => channel.getId())).toEqual([2, 1, 4, 40]);
    expect(made.map((channel) => channel.isOpen())).toEqual([true, true, true, true]);
    const alone = rig.connection('alone');
    expect(rig.own(alone.createDataChannel('x')).getId()).toBe(65535);
  });

  it('frees a stream id only when the peer has answered the reset', async () => {
    const { a, near } = await rig.connect();
    expect(rig.own(a.createDataChannel('early', { negotiated: true })).getId()).toBe(2);
    near.close();
    // The probes stay open for now: closing them would put more resets on the wire.
    const free = () => rig.own(a.createDataChannel('probe', { negotiated: true })).getId() === 0;
    await until(free, 'stream 0 is free');
  });

  it('delivers what was sent before a close, then turns the peer’s channel closed', async () => {
    const got: unknown[] = [];
    const { near, far } = await rig.connect((channel) => channel.onMessage((data) => got.push(data)));
    for (let i = 0; i < 3000; i += 1) near.sendMessage(`${i}`);
    near.close();
    expect(near.isOpen()).toBe(false);
    await until(() => !far.isOpen() && got.length === 3000, 'everything arrives');
    expect(got[2999]).toBe('2999');
  });

  it('has given the event loop what came before a reset when the channel is seen closed', async () => {
    for (let round = 0; round < 10; round++) {
      let got = 0;
      const { near, far } = await rig.connect((channel) => channel.onMessage(() => got++));
      for (let i = 0; i < 50; i += 1) near.sendMessage(`${i}`);
      near.close();
      keepBusy(() => !far.isOpen(), rig.hasThreads ? 20_000 : 0);
      await until(() => !far.isOpen(), 'the reset arrives');
      await turns(3); // those that an end waits for
      expect(got).toBe(50);
    }
  });

  it('loses queued messages when the close event is served before them (H4)', async () => {
    const got: unknown[] = [];
    let closed = 0;
    const { near, far } = await rig.connect((channel) => {
      channel.onClosed(() => {
        closed += 1;
      });
      channel.onMessage((data) => got.push(data));
    });
    for (let i = 0; i < 3000; i += 1) near.sendMessage(`${i}`);
    near.close();
    // Then all of them wait to be handed over, and the close event behind them.
    keepBusy(() => !far.isOpen(), rig.hasThreads ? 20_000 : 0);
    await until(() => !far.isOpen(), 'the reset arrives');
    await until(() => closed === 1, 'the close event');
    await turns(5);
    expect(got.length).toBeLessThan(3000);
    expect(closed).toBe(1);
  });

  it('fires onClosed once, later, after a local close, and drops what still waits (H25)', async () => {
    const got: unknown[] = [];
    const { near, far } = await rig.connect();
    for (let i = 0; i < 500; i += 1) near.sendMessage(`${i}`);
    let closed = 0;
    far.onClosed(() => {
      closed += 1;
    });
    far.onMessage((data) => got.push(data));
    far.close();
    far.close();
    expect(closed).toBe(0);
    await until(() => closed > 0, 'the close event');
    await turns(5);
    expect([closed, got.length]).toEqual([1, 0]);
  });

  it('does not fire onClosed registered after the peer closed the channel', async () => {
    const { near, far } = await rig.connect();
    near.close();
    await until(() => !far.isOpen(), 'the peer’s close');
    let closed = 0;
    far.onClosed(() => {
      closed += 1;
    });
    far.close();
    await turns(20);
    expect(closed).toBe(0);
  });

  it('half-closes through a second object with the same id, and the answer closes the first', async () => {
    const got: unknown[] = [];
    const { a, near, far } = await rig.connect((channel) => channel.onMessage((data) => got.push(data)));
    for (let i = 0; i < 2000; i += 1) near.sendMessage(`${i}`);
    const twin = rig.own(a.createDataChannel('twin', { negotiated: true, id: near.getId() }));
    expect(twin.isOpen()).toBe(true);
    twin.close();
    await until(() => !near.isOpen(), 'the peer’s answer');
    await until(() => got.length === 2000, 'everything arrives');
    expect(far.isOpen()).toBe(false);
  });

  it('counts what the transport has not taken in bufferedAmount and emits an event when it is low', async () => {
    let bytes = 0;
    const { near } = await rig.connect((channel) =>
      channel.onMessage((data) => {
        bytes += (data as Buffer).length;
      }),
    );
    let low = 0;
    near.setBufferedAmountLowThreshold(1000);
    near.onBufferedAmountLow(() => {
      low += 1;
    });
    const block = Buffer.alloc(100_000);
    const accepted = Array.from({ length: 200 }, () => near.sendMessageBinary(block));
    expect(accepted[0]).toBe(true);
    expect(accepted.at(-1)).toBe(false);
    expect(near.bufferedAmount()).toBeGreaterThan(1000);
    await until(() => bytes === 20_000_000 && low > 0, 'everything arrives');
    expect(near.bufferedAmount()).toBe(0);
  });

  it('closes a closed connection’s channels, and its peer’s', async () => {
    const { a, b, near, far } = await rig.connect();
    const closed: string[] = [];
    near.onClosed(() => closed.push('near'));
    far.onClosed(() => closed.push('far'));
    a.close();
    expect(a.state()).toBe('closed');
    await until(() => closed.length === 2 && b.state() === 'closed', 'both channels close');
    expect(closed.sort()).toEqual(['far', 'near']);
    expect(near.isOpen()).toBe(false);
  });

  it('names the same mistakes in the same words', async () => {
    const { a, b, near, far } = await rig.connect();
    const fresh = rig.connection('fresh');
    const candidate = 'a=candidate:1 1 UDP 2114977791 127.0.0.1 9 typ host';
    expect(textOf(() => fresh.addRemoteCandidate(candidate, '0'))).toBe(
      'libdatachannel error while adding remote candidate: Got a remote candidate without remote description',
    );
    expect(textOf(() => fresh.setRemoteDescription('garbage', 'offer'))).toBe(
      'libdatachannel error while adding remote description: Remote description has no ICE user fragment',
    );
    expect(textOf(() => rig.own(fresh.createDataChannel('x')).sendMessage('early'))).toBe(
      'libdatachannel error while sending data channel message: DataChannel not open',
    );
    expect(textOf(() => near.sendMessage('x'.repeat(300_000)))).toBe(
      'libdatachannel error while sending data channel message: Message size exceeds limit',
    );
    expect(textOf(() => near.sendMessage(5 as never))).toBe('String or Null expected');
    expect(textOf(() => near.sendMessageBinary('x' as never))).toBe('Buffer expected');
    expect(textOf(() => near.onMessage(1 as never))).toBe('Function expected');
    expect(textOf(() => new rig.binding.PeerConnection('x', {} as never))).toBe('iceServers(Array) expected');
    expect(textOf(() => a.createDataChannel('x', undefined))).toBe(
      'Data Channel Init Config expected(As Object)',
    );
    far.close();
    await until(() => !near.isOpen(), 'the peer’s close');
    expect(textOf(() => near.sendMessage('x'))).toBe(
      'libdatachannel error while sending data channel message: DataChannel is closed',
    );
    near.close();
    expect(textOf(() => near.sendMessage('x'))).toBe('sendMessage() called on destroyed channel');
    expect(textOf(() => near.sendMessageBinary(Buffer.alloc(1)))).toBe(
      'sendMessagBinary() called on destroyed channel',
    );
    for (const method of ['getLabel', 'getId', 'getProtocol'] as const) {
      expect(textOf(() => near[method]())).toBe(`${method}() called on destroyed channel`);
    }
    for (const method of ['onOpen', 'onClosed', 'onError', 'onMessage', 'onBufferedAmountLow'] as const) {
      expect(textOf(() => near[method](() => undefined))).toBe(`${method}() called on destroyed channel`);
    }
    expect([near.isOpen(), near.bufferedAmount(), near.maxMessageSize()]).toEqual([false, 0, 0]);
    b.close();
    expect(textOf(() => b.createDataChannel('x'))).toBe(
      'createDataChannel() called on destroyed peer connection',
    );
    expect(textOf(() => b.onStateChange(() => undefined))).toBe(
      'onStateChange() called on destroyed peer connection',
    );
    expect([b.state(), b.signalingState(), b.gatheringState(), b.localDescription()]).toEqual([
      'closed',
      'stable',
      'complete',
      null,
    ]);
  });
});
