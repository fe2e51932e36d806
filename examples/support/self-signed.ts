import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

const SEQUENCE = 0x30;
const SET = 0x31;
const OBJECT_IDENTIFIER = 0x06;
const DAY_MS = 86_400_000;

/** Object identifiers, encoded: of X.509 (RFC 5280) and of ECDSA with SHA-256 (RFC 5758). */
const OID = {
  commonName: '550403',
  subjectAltName: '551d11',
  basicConstraints: '551d13',
  ecdsaWithSha256: '2a8648ce3d040302',
};

/** A certificate for the DNS name `host`, signed by itself and valid for a day, and its key; both as PEM text. */
export function selfSigned(host: string): { certificate: string; key: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = der(SEQUENCE, oid(OID.ecdsaWithSha256));
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, oid(OID.commonName), der(0x0c, Buffer.from(host)))));
  const now = Date.now();
  const yes = der(0x01, Buffer.from([0xff]));
  const extensions = der(
    SEQUENCE,
    extension(OID.basicConstraints, yes, der(SEQUENCE, yes)),
    extension(OID.subjectAltName, der(SEQUENCE, der(0x82, Buffer.from(host)))),
  );
  const content = der(
    SEQUENCE,
    der(0xa0, der(0x02, Buffer.from([2]))), // version 3
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    name, // issuer
    der(SEQUENCE, time(now - DAY_MS), time(now + DAY_MS)),
    name, // subject
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, extensions),
  );
  const signature = der(0x03, Buffer.from([0]), sign('sha256', content, privateKey));
  return {
    certificate: pem(der(SEQUENCE, content, algorithm, signature)),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  };
}

/** One value in DER: its tag, its length, its content. */
function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const long = length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  const header = length < 128 ? [tag, length] : [tag, ...long];
  return Buffer.concat([Buffer.from(header), content]);
}

const oid = (hex: string) => der(OBJECT_IDENTIFIER, Buffer.from(hex, 'hex'));

/** UTCTime, to the second. */
const time = (at: number) =>
  der(0x17, Buffer.from(`${new Date(at).toISOString().replace(/\D/g, '').slice(2, 14)}Z`));

/** `parts`: whether it is critical, which may be left out, and the value. */
function extension(id: string, ...parts: Buffer[]): Buffer {
  const value = parts.at(-1) as Buffer;
  return der(SEQUENCE, oid(id), ...parts.slice(0, -1), der(0x04, value));
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
