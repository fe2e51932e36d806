import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { messageChannelSignaling, RtcRuntime, type TeardownReport, type WebSocket } from 'scoped-rtc';
import { describe, expect, it } from 'vitest';
import { WebSocketServer as WsServer } from 'ws';
import { runChild } from '../support/child.js';
import { codeOf, nextEvent, until } from '../support/event.js';
import { channelOf, expectConversation } from './conversation.js';

const config = { bindAddress: '127.0.0.1' };

describe('messageChannelSignaling', () => {
  it('connects over a WebSocket, and tears down channel, connection and socket in this order', async () => {
    const reports: TeardownReport[] = [];
    using _listening = RtcRuntime.shared.subscribe('teardown', (report) => reports.push(report));
    const cleanups = RtcRuntime.shared.cleanups;
    {
      await using rtc = RtcRuntime.acquire('app');
      const server = rtc.createWebSocketServer({ port: 0, bindAddress: '127.0.0.1' });
      // Made before the socket they depend on: creation order alone would close the socket first.
      const alice = rtc.createPeerConnection('alice', config);
      const bob = rtc.createPeerConnection('bob', config);
      const near = alice.createDataChannel('chat');
      const far = channelOf(bob);
      const accepted = nextEvent<[WebSocket]>(server, 'connection');
      const socket = rtc.createWebSocket(`ws://127.0.0.1:${server.port}/`, { name: 'socket' });
      await Promise.all([
        alice.negotiate(messageChannelSignaling(socket)),
        accepted.then(([end]) => bob.negotiate(messageChannelSignaling(end))),
      ]);
      await expectConversation(near, await far);
    }
    const report = reports.at(-1) ?? [];
    const order = report.map((step) => step.path);
    const at = (path: string) => {
      expect(order).toContain(path);
      return order.indexOf(path);
    };
    expect(at('app/alice/chat')).toBeLessThan(at('app/alice'));
    expect(at('app/alice')).toBeLessThan(at('app/socket'));
    expect(at('app/bob')).toBeLessThan(at('app/server'));
    expect(report.every((step) => step.outcome === 'closed')).toBe(true);
    await until(() => RtcRuntime.shared.cleanups === cleanups + 1, 'the cleanup');
  });

  it('connects over a relay, both sides offering at once, and outlives the sockets', async () => {
    const relay = new WsServer({ port: 0, host: '127.0.0.1' });
    try {
      await once(relay, 'listening');
      const early: [string, unknown][] = [];
      relay.on('connection', (socket) => {
        for (const [text] of early.splice(0)) socket.send(text);
        socket.on('message', (data) => {
          const others = [...relay.clients].filter((client) => client !== socket);
          if (others.length === 0) early.push([data.toString(), socket]);
          for (const other of others) other.send(data.toString());
        });
      });
      await using rtc = RtcRuntime.acquire('app');
      const url = `ws://127.0.0.1:${(relay.address() as AddressInfo).port}/`;
      const join = (name: string) => {
        const socket = rtc.createWebSocket(url, { name: `${name}-socket` });
        const connection = rtc.createPeerConnection(name, config);
        return { socket, connection, chat: connection.createDataChannel(`from-${name}`) };
      };
      const [alice, bob] = [join('alice'), join('bob')];
      const incoming = [channelOf(bob.connection), channelOf(alice.connection)] as const;
      await Promise.all(
        [alice, bob].map((peer) => peer.connection.negotiate(messageChannelSignaling(peer.socket))),
      );
      await Promise.all([alice.socket.close(), bob.socket.close()]);
      await expectConversation(alice.chat, await incoming[0]);
      await expectConversation(bob.chat, await incoming[1]);
    } finally {
      for (const client of relay.clients) client.terminate();
      relay.close();
    }
  });

  it('rejects with RTC_CLOSED when the socket ends before the answer', async () => {
    await using rtc = RtcRuntime.acquire('app');
    const server = rtc.createWebSocketServer({ port: 0, bindAddress: '127.0.0.1' });
    server.on('connection', (end) => {
      end.once('message', () => void end.close());
    });
    const alice = rtc.createPeerConnection('alice', config);
    alice.createDataChannel('chat');
    const socket = rtc.createWebSocket(`ws://127.0.0.1:${server.port}/`);
    expect(await codeOf(alice.negotiate(messageChannelSignaling(socket)))).toBe('RTC_CLOSED');
    expect(alice.state).toBe('opening');
  });

  it('leaves text that is no JSON and binary messages to the negotiation, which ignores them', async () => {
    await using rtc = RtcRuntime.acquire('app');
    const server = rtc.createWebSocketServer({ port: 0, bindAddress: '127.0.0.1' });
    const accepted = nextEvent<[WebSocket]>(server, 'connection');
    const socket = rtc.createWebSocket(`ws://127.0.0.1:${server.port}/`);
    const [end] = await accepted;
    await end.send('{"description":');
    await end.send(Buffer.from([1, 2, 3]));
    const alice = rtc.createPeerConnection('alice', config);
    const bob = rtc.createPeerConnection('bob', config);
    const near = alice.createDataChannel('chat');
    const far = channelOf(bob);
    await Promise.all([
      alice.negotiate(messageChannelSignaling(socket)),
      bob.negotiate(messageChannelSignaling(end)),
    ]);
    await expectConversation(near, await far);
  });

  it('refuses what is no channel', () => {
    expect(() => messageChannelSignaling({} as never)).toThrow(TypeError);
  });
});

it('a process that negotiated exits by itself, with no thread of the library left', async () => {
  const { code, signal, lines } = await runChild(new URL('programs/negotiate-and-leave.ts', import.meta.url));
  expect([code, signal]).toEqual([0, null]);
  expect(lines).toContainEqual({ connected: 'connected' });
  expect(lines.at(-1)).toMatchObject({ threads: 0 });
});
