/** TypeScript puts its helpers for `using` into each module that needs them, 2.4 kB of text; here they are one module. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const HELPERS = /^var __addDisposableResource = .*?^var __disposeResources = .*?^\}\);\n/ms;
const NAMES = '{ __addDisposableResource, __disposeResources }';
const shared = join(dist, 'time/using-helpers.js');

let definitions;
for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
  if (!name.endsWith('.js')) continue;
  const file = join(dist, name);
  const text = readFileSync(file, 'utf8');
  const [found] = HELPERS.exec(text) ?? [];
  if (found === undefined) {
    if (text.includes('var __addDisposableResource')) throw new Error(`${name} has helpers of another form`);
    continue;
  }
  definitions ??= found;
  if (found !== definitions) throw new Error(`${name} has other helpers than the modules before`);
  const path = relative(dirname(file), shared).replaceAll('\\', '/');
  const from = path.startsWith('.') ? path : `./${path}`;
  writeFileSync(file, `import ${NAMES} from '${from}';\n${text.slice(found.length)}`);
}
if (definitions === undefined) throw new Error('no module uses helpers: this script is not needed any more');
// `this` is undefined in a module.
const plain = definitions.replaceAll(/\(this && this\.\w+\) \|\| /g, '');
writeFileSync(shared, `${plain}export ${NAMES};\n`);
