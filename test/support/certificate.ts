import { generate } from 'selfsigned';

export interface Certificate {
  /** PEM text. */
  readonly certificate: string;
  /** PEM text (PKCS #8). */
  readonly key: string;
}

/** A self-signed certificate, its own authority, for `localhost` and 127.0.0.1; valid for a day. */
export async function makeCertificate(commonName = 'localhost'): Promise<Certificate> {
  const pems = await generate([{ name: 'commonName', value: commonName }], {
    algorithm: 'sha256',
    notAfterDate: new Date(Date.now() + 24 * 3_600_000),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { certificate: pems.cert, key: pems.private };
}
