import type * as ndc from 'node-datachannel';
import type * as polyfill from 'node-datachannel/polyfill';
import { loadBinding } from './load.js';
import { requirePackage } from './own-package.js';

/** The package itself, for the classes that own nothing: descriptions of media and media handlers. */
export function packageExports(): typeof ndc {
  loadBinding();
  return requirePackage('node-datachannel') as typeof ndc;
}

/** The package's W3C objects. */
export function packagePolyfill(): typeof polyfill {
  loadBinding();
  return requirePackage('node-datachannel/polyfill') as typeof polyfill;
}
