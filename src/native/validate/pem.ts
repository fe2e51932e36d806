import { accessSync, constants, statSync } from 'node:fs';
import { type Field, secret, singleLine } from '../../arguments/argument.js';

/** The mark by which the library distinguishes PEM text from the path of a file (impl/peerconnection.cpp). */
const CERTIFICATE_TAG = '-----BEGIN CERTIFICATE-----';

export interface CertificateOptions {
  certificatePemFile?: string;
  keyPemFile?: string;
  keyPemPass?: string;
}

function readableFile(path: string, name: string): string {
  try {
    if (!statSync(path).isFile()) throw new Error('not a file');
    accessSync(path, constants.R_OK);
  } catch (error) {
    // Without the path, in the message and as a cause: it may be a key in the wrong form.
    const why = (error as NodeJS.ErrnoException).code ?? 'not a file';
    throw new RangeError(
      `${name} must be PEM text or the path of a readable file; cannot read the file (${why})`,
    );
  }
  return path;
}

export const isPemText = (text: string): boolean => text.includes('-----BEGIN ');

/** A certificate: PEM text, or the path of a readable PEM file. */
export const certificatePem: Field<string> = (value, name) => {
  if (typeof value === 'string' && isPemText(value)) {
    if (value.includes(CERTIFICATE_TAG)) return value;
    throw new TypeError(`${name} must contain "${CERTIFICATE_TAG}"; got other PEM text`);
  }
  return readableFile(singleLine(value, name), name);
};

/** The path of a readable PEM file. With text the library trusts nobody. */
export const certificatePath: Field<string> = (value, name) => {
  if (typeof value === 'string' && isPemText(value)) {
    throw new TypeError(
      `${name} must be the path of a PEM file; got PEM text, which the library cannot use here`,
    );
  }
  return readableFile(singleLine(value, name), name);
};

/** A private key: PEM text, or the path of a readable PEM file. Its text never appears in a message. */
export const keyPem: Field<string> = (value, name) => {
  const text = secret(value, name);
  if (!isPemText(text)) return readableFile(singleLine(text, name), name);
  if (!text.includes('PRIVATE KEY-----'))
    throw new TypeError(`${name} must contain a private key; got other PEM text`);
  return text;
};

/** Certificate, key and pass phrase must fit together; the library ignores or mistakes what does not. */
export function checkCertificatePair(options: CertificateOptions, name: string): void {
  const { certificatePemFile: certificate, keyPemFile: key, keyPemPass: pass } = options;
  if ((certificate === undefined) !== (key === undefined)) {
    const missing = certificate === undefined ? 'certificatePemFile' : 'keyPemFile';
    throw new TypeError(`${name}.${missing} is missing: a certificate and its key go together`);
  }
  if (certificate === undefined || key === undefined) {
    if (pass !== undefined) throw new TypeError(`${name}.keyPemPass is given without ${name}.keyPemFile`);
    return;
  }
  // The library decides by the certificate alone, and then reads the key in the same way.
  if (isPemText(certificate) !== isPemText(key))
    throw new TypeError(`${name}.keyPemFile must be PEM text or a path, as certificatePemFile is`);
  if (!isPemText(key)) return;
  // With text the library passes no phrase on, and OpenSSL then asks for it on the terminal and waits.
  if (pass !== undefined)
    throw new TypeError(`${name}.keyPemPass works with files only; keyPemFile was given as text`);
  if (/ENCRYPTED/.test(key))
    throw new TypeError(
      `${name}.keyPemFile is an encrypted key given as text; give it as a file, with keyPemPass`,
    );
}
