import { expect, it } from 'vitest';
import { EventSource } from '../../src/signaling/wire/event-source.js';

class Door extends EventSource<{ opened: [by: string]; shut: [] }> {
  constructor() {
    super('house/door', 'Door', { opened: true, shut: true });
  }

  open(by: string): void {
    this.emit('opened', by);
  }
}

it('one function given to on() and to once(): on() goes on', () => {
  for (const order of ['on first', 'once first']) {
    const door = new Door();
    const received: string[] = [];
    const listener = (by: string) => received.push(by);
    if (order === 'on first') door.on('opened', listener).once('opened', listener);
    else door.once('opened', listener).on('opened', listener);
    for (const by of ['ann', 'bea', 'cid']) door.open(by);
    expect(received, order).toEqual(['ann', 'ann', 'bea', 'cid']);
  }
});

it('a subscription ends itself, and off() the newest', () => {
  const door = new Door();
  const received: string[] = [];
  const listener = (by: string) => received.push(by);
  door.on('opened', listener);
  const second = door.subscribe('opened', listener);
  second.unsubscribe();
  second[Symbol.dispose]();
  door.open('ann');
  door.off('opened', listener);
  door.open('bea');
  expect(received).toEqual(['ann']);
});

it('a mistyped event is refused, by off() as well', () => {
  const door = new Door();
  for (const way of ['on', 'once', 'off', 'subscribe'] as const) {
    expect(() => door[way]('open' as 'opened', () => {})).toThrow(
      "event must be one of opened, shut; Door has no event 'open'. Did you mean 'opened'?",
    );
    expect(() => door[way]('opened', undefined as never)).toThrow(
      'listener must be a function; got undefined',
    );
  }
});
