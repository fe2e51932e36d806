import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { ConnectionStates } from '../../src/compat/w3c/connection-states.js';

function observed(): { handle: EventEmitter; states: ConnectionStates; seen: string[] } {
  const handle = Object.assign(new EventEmitter(), { state: 'opening' });
  const seen: string[] = [];
  const states: ConnectionStates = new ConnectionStates(handle as never, (event) => {
    const { iceConnectionState, connectionState } = states.now;
    seen.push(`${event}: ${iceConnectionState} ${connectionState}`);
  });
  return { handle, states, seen };
}

it('a connection that is connected has a path, whichever the library reports first', () => {
  const { handle, states, seen } = observed();
  states.remoteCandidate();
  handle.emit('connectionStateChange', 'connecting');
  handle.emit('iceStateChange', 'checking');
  handle.emit('connectionStateChange', 'connected');
  handle.emit('iceStateChange', 'connected');
  handle.emit('iceStateChange', 'completed');
  expect(seen).toEqual([
    'connectionstatechange: new connecting',
    'iceconnectionstatechange: checking connecting',
    'iceconnectionstatechange: connected connecting',
    'connectionstatechange: connected connected',
  ]);
});

it('checks that began without a candidate of the peer are reported when it is found', () => {
  const { handle, seen } = observed();
  handle.emit('iceStateChange', 'checking');
  handle.emit('connectionStateChange', 'connecting');
  expect(seen).toEqual([]);
  handle.emit('iceStateChange', 'connected');
  expect(seen).toEqual([
    'iceconnectionstatechange: checking new',
    'connectionstatechange: checking connecting',
    'iceconnectionstatechange: connected connecting',
  ]);
});

it('a handshake that fails before the path or a candidate of the peer is reported has begun before', () => {
  const { handle, seen } = observed();
  handle.emit('iceStateChange', 'checking');
  handle.emit('connectionStateChange', 'connecting');
  handle.emit('connectionStateChange', 'failed');
  expect(seen).toEqual([
    'iceconnectionstatechange: checking new',
    'connectionstatechange: checking connecting',
    'connectionstatechange: checking failed',
  ]);
});
