/**
 * The symbols of explicit resource management, where a realm has none: the context that jest runs tests in on
 * Node 20. Every other supported Node.js brings them.
 */
for (const name of ['dispose', 'asyncDispose'] as const) {
  if (!(name in Symbol)) Object.defineProperty(Symbol, name, { value: Symbol(`Symbol.${name}`) });
}
