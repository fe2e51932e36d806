import { generateKeyPair, type KeyObject, randomBytes, sign, X509Certificate } from 'node:crypto';
import { promisify } from 'node:util';
import { assertConstruction, CONSTRUCTION, dictionary, domException } from './web-idl.js';

/** What `generateCertificate()` takes; a name alone says too little for the algorithms that there are. */
export interface CertificateAlgorithm {
  name: string;
  namedCurve?: string | undefined;
  modulusLength?: number | undefined;
  publicExponent?: Uint8Array | undefined;
  hash?: string | { name: string } | undefined;
  /** Milliseconds for which the certificate is valid: 30 days by default, 365 at the most. */
  expires?: number | undefined;
}

/** The W3C's `RTCCertificate`. Made by `RTCPeerConnection.generateCertificate()`. */
export class RTCCertificate {
  readonly #expires: number;
  readonly #certificate: X509Certificate;
  readonly #key: KeyObject;

  /** @internal */
  constructor(key: symbol, expires: number, certificate: X509Certificate, privateKey: KeyObject) {
    assertConstruction(key);
    this.#expires = expires;
    this.#certificate = certificate;
    this.#key = privateKey;
  }

  /** Makes a key, and a certificate that it signs for itself (W3C WebRTC, section 4.9). @internal */
  static async generate(given: CertificateAlgorithm | string): Promise<RTCCertificate> {
    const { lifetime, kind, make } = checkAlgorithm(given);
    const { publicKey, privateKey } = await make();
    const expires = Date.now() + lifetime;
    const der = selfSigned(kind, publicKey, privateKey, expires);
    return new this(CONSTRUCTION, expires, new X509Certificate(der), privateKey);
  }

  /** Milliseconds since the epoch. */
  get expires(): number {
    return this.#expires;
  }

  getFingerprints(): { algorithm: 'sha-256'; value: string }[] {
    return [{ algorithm: 'sha-256', value: this.#certificate.fingerprint256.toLowerCase() }];
  }

  /** As the binding takes it. @internal */
  settings(): { certificatePemFile: string; keyPemFile: string } {
    const key = this.#key.export({ type: 'pkcs8', format: 'pem' }) as string;
    return { certificatePemFile: this.#certificate.toString(), keyPemFile: key };
  }
}
Object.defineProperty(RTCCertificate.prototype, Symbol.toStringTag, {
  configurable: true,
  value: 'RTCCertificate',
});

/** Throws for what is no certificate, and for one that has expired. */
export function checkCertificates(given: readonly unknown[]): RTCCertificate[] {
  return Array.from(given, (certificate) => {
    if (!(certificate instanceof RTCCertificate)) throw new TypeError('certificates must be RTCCertificates');
    if (certificate.expires <= Date.now()) {
      throw domException('InvalidAccessError', 'a certificate has expired');
    }
    return certificate;
  });
}

type Kind = 'ECDSA' | 'RSA';
type KeyPair = { publicKey: KeyObject; privateKey: KeyObject };
const generate = promisify(generateKeyPair) as (type: string, options: object) => Promise<KeyPair>;

const DAY_MS = 86_400_000;
const MOST_EXPIRES = Number.MAX_SAFE_INTEGER;

function checkAlgorithm(given: CertificateAlgorithm | string) {
  const algorithm = typeof given === 'string' ? { name: given } : dictionary(given, 'keygenAlgorithm');
  const { expires = 30 * DAY_MS, publicExponent, hash, modulusLength = 0, namedCurve } = algorithm;
  const lifetime = Math.trunc(Number(expires));
  if (!(lifetime >= 0 && lifetime <= MOST_EXPIRES)) {
    throw new TypeError('expires must be an integer that is not negative');
  }
  const name = String(algorithm.name).toUpperCase();
  const bounded = { lifetime: Math.min(lifetime, 365 * DAY_MS) };
  if (name === 'ECDSA' && namedCurve === 'P-256') {
    return { ...bounded, kind: 'ECDSA' as Kind, make: () => generate('ec', { namedCurve: 'prime256v1' }) };
  }
  const hashName = typeof hash === 'object' ? hash.name : hash;
  const exponent = Buffer.from(publicExponent ?? []).toString('hex');
  const isUsual = exponent === '010001' && String(hashName).toUpperCase() === 'SHA-256';
  if (name !== 'RSASSA-PKCS1-V1_5' || !isUsual || !(modulusLength >= 1024 && modulusLength <= 8192)) {
    throw domException(
      'NotSupportedError',
      'certificates are ECDSA with P-256, or RSASSA-PKCS1-v1_5 with SHA-256',
    );
  }
  return { ...bounded, kind: 'RSA' as Kind, make: () => generate('rsa', { modulusLength }) };
}

/** A certificate in DER (RFC 5280, section 4.1): issuer and subject are the same name, which says nothing. */
function selfSigned(kind: Kind, publicKey: KeyObject, privateKey: KeyObject, expires: number): Buffer {
  const algorithm = SIGNATURES[kind];
  const name = der(0x30, der(0x31, der(0x30, COMMON_NAME, der(0x0c, Buffer.from('WebRTC')))));
  // From a day ago, for peers whose clock is behind; the end may be in the past.
  const validity = der(0x30, time(Math.min(Date.now(), expires) - DAY_MS), time(expires));
  const serial = randomBytes(16);
  serial[0] = ((serial[0] as number) & 0x3f) | 0x40; // positive, and as long as it looks
  const signed = der(
    0x30,
    ...[der(0xa0, der(0x02, Buffer.of(2))), der(0x02, serial), algorithm, name, validity, name],
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = sign('sha256', signed, privateKey);
  return der(0x30, signed, algorithm, der(0x03, Buffer.of(0), signature));
}

/** `2.5.4.3` */
const COMMON_NAME = Buffer.from('0603550403', 'hex');
/** `ecdsa-with-SHA256` and `sha256WithRSAEncryption`. */
const SIGNATURES: Readonly<Record<Kind, Buffer>> = {
  ECDSA: Buffer.from('300a06082a8648ce3d040302', 'hex'),
  RSA: Buffer.from('300d06092a864886f70d01010b0500', 'hex'),
};

/** A `UTCTime`: years to 2049 have two digits. */
function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return der(0x17, Buffer.from(digits.slice(2)));
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...size), content]);
}
