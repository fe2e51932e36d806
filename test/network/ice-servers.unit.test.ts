import { expect, it } from 'vitest';
import { NameError } from '../../src/library/names/multicast-query.js';
import { NameResolver, type ResolveName } from '../../src/library/names/name-resolver.js';
import { IceServers } from '../../src/resources/connection/servers/ice-servers.js';
import { ManualClock, turns } from '../support/manual-clock.js';

type Answer = (addresses: readonly string[] | Error) => void;

/** A name server that answers each name when the test says so; `ask` looks the names up for one more connection. */
function nameServer(...hostnames: string[]) {
  const clock = new ManualClock();
  const waiting = new Map<string, Answer[]>();
  const resolve: ResolveName = (name) =>
    new Promise((found, failed) => {
      const answer: Answer = (given) => (given instanceof Error ? failed(given) : found(given));
      waiting.set(name, [...(waiting.get(name) ?? []), answer]);
    });
  const names = new NameResolver(clock, resolve);
  return {
    clock,
    answer(name: string, given: readonly string[] | Error) {
      for (const answer of waiting.get(name) ?? []) answer(given);
      waiting.delete(name);
    },
    ask() {
      const list = hostnames.map((hostname) => ({ kind: 'stun', hostname, port: 3478 }) as const);
      const servers = new IceServers(list, false, names, clock);
      let isDone = false;
      const done = servers.lookUp().then(() => {
        isDone = true;
      });
      return { servers, done, isDone: () => isDone };
    },
  };
}

it('one STUN server whose name was found is enough: the names of the others are not waited for', async () => {
  const { ask, answer } = nameServer('one.example.org', 'two.example.org');
  const { servers, done } = ask();
  answer('two.example.org', ['192.0.2.2']);
  await done;
  expect(servers.choose().map(({ address }) => address)).toEqual(['192.0.2.2']);
});

it('a name that was not found is waited for the next time only as long as a name server takes', async () => {
  const { clock, ask, answer } = nameServer('one.example.org');
  const first = ask();
  clock.advance(999);
  await turns();
  expect(first.isDone()).toBe(false);
  answer('one.example.org', new NameError('ENOTFOUND', 'no such name'));
  await first.done;

  const second = ask();
  clock.advance(99);
  await turns();
  expect(second.isDone()).toBe(false);
  clock.advance(1);
  await second.done;
});

it('a name that is found at last is used by the connection after', async () => {
  const { clock, ask, answer } = nameServer('one.example.org');
  const first = ask();
  clock.advance(1000);
  await first.done;
  expect(first.servers.choose()).toEqual([]);
  answer('one.example.org', ['192.0.2.1']);
  await turns();
  expect(ask().servers.addressed()).toBe(true);
});
