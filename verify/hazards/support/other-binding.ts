import nodeModule from 'node:module';

type Resolve = (request: string, ...rest: unknown[]) => string;

/** Makes `require('node-datachannel')` find the package in `folder`; for measuring another version. */
export function redirectBinding(folder: string | undefined): void {
  if (!folder) return;
  const loader = nodeModule as unknown as { _resolveFilename: Resolve };
  const resolve = loader._resolveFilename;
  loader._resolveFilename = (request, ...rest) =>
    resolve.call(nodeModule, request === 'node-datachannel' ? folder : request, ...rest);
}
