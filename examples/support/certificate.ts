import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selfSigned } from './self-signed.js';

/** What a TLS server needs, and what its clients need to trust it. */
export interface ServerIdentity extends AsyncDisposable {
  /** PEM text. */
  readonly certificate: string;
  /** PEM text. */
  readonly key: string;
  /** The certificate as a file, gone when the identity is disposed: clients take the path of one. */
  readonly certificateFile: string;
}

/**
 * A certificate of our own for `host`, made for this run, so that the examples speak real TLS without a private
 * key in the repository. The library compares DNS names only: connect to `localhost`, not to 127.0.0.1.
 */
export async function makeServerIdentity(host = 'localhost'): Promise<ServerIdentity> {
  const { certificate, key } = selfSigned(host);
  const trusted = await trustedCertificate(certificate);
  return { ...trusted, certificate, key };
}

/** A server's certificate as the file that a client needs; disposing it removes the file. */
export async function trustedCertificate(
  pem: string,
): Promise<AsyncDisposable & { readonly certificateFile: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'scoped-rtc-'));
  const certificateFile = join(folder, 'certificate.pem');
  await writeFile(certificateFile, pem);
  return {
    certificateFile,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
