// The binding's package is not there: its name is made unresolvable before anything loads it.
import nodeModule from 'node:module';
import { loadBinding } from '../../../src/native/load.js';

const resolver = nodeModule as unknown as {
  _resolveFilename: (request: string, ...rest: unknown[]) => string;
};
const resolve = resolver._resolveFilename;
resolver._resolveFilename = (request, ...rest) => {
  if (request === 'node-datachannel') throw new Error('Cannot find module');
  return resolve(request, ...rest);
};
try {
  loadBinding();
} catch (error) {
  const { name, code, message, cause } = error as Error & { code: string };
  console.log(JSON.stringify({ name, code, message, cause: (cause as Error).message }));
}
resolver._resolveFilename = resolve;
console.log(loadBinding().getLibraryVersion());
