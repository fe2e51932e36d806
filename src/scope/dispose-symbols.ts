/**
 * Adds the symbols of explicit resource management to a realm that has none: the context in which jest runs tests on
 * Node.js 20. Otherwise every supported version of Node.js has them.
 */
for (const name of ['dispose', 'asyncDispose'] as const) {
  if (!(name in Symbol)) Object.defineProperty(Symbol, name, { value: Symbol(`Symbol.${name}`) });
}
