import { expect, it } from 'vitest';
import type { Certificate, PeerConnection } from '../../src/compat/w3c/w3c-types.js';
import { once, Pair } from './pair.js';

const named = (name: string) => expect.objectContaining({ name });
const ECDSA = { name: 'ECDSA', namedCurve: 'P-256' };
type Generate = (algorithm: object | string) => Promise<Certificate>;
const classOf = ({ w3c }: Pair) =>
  w3c.RTCPeerConnection as unknown as (new (configuration: object) => PeerConnection) & {
    generateCertificate: Generate;
  };

it('a connection with a certificate of its own offers its fingerprint, and proves that it has the key', async () => {
  await using pair = new Pair();
  const { far } = pair;
  const PeerConnection = classOf(pair);
  const certificate = await PeerConnection.generateCertificate(ECDSA);
  const near = new PeerConnection({ certificates: [certificate] });
  expect(near.getConfiguration().certificates).toEqual([certificate]);
  near.setConfiguration({ certificates: [certificate] });
  expect(() => near.setConfiguration({})).toThrow(named('InvalidModificationError'));
  near.onicecandidate = ({ candidate }) => void far.addIceCandidate(candidate).catch(() => {});
  far.onicecandidate = ({ candidate }) => void near.addIceCandidate(candidate).catch(() => {});
  const channel = near.createDataChannel('chat');
  await near.setLocalDescription();
  const [{ algorithm, value } = { algorithm: '', value: '' }] = certificate.getFingerprints();
  expect(near.localDescription?.sdp).toContain(`a=fingerprint:${algorithm} ${value.toUpperCase()}\r\n`);
  await far.setRemoteDescription(near.localDescription as never);
  await far.setLocalDescription();
  const opened = once(channel, 'open');
  await near.setRemoteDescription(far.localDescription as never);
  await opened;
});

it('certificates are made as the algorithm and its time say, or refused', async () => {
  await using pair = new Pair();
  const PeerConnection = classOf(pair);
  const generate: Generate = (algorithm) => PeerConnection.generateCertificate(algorithm);
  const RSA = { name: 'RSASSA-PKCS1-v1_5', modulusLength: 1024, publicExponent: Uint8Array.of(1, 0, 1) };
  const rsa = await generate({ ...RSA, hash: 'SHA-256' });
  expect(rsa.getFingerprints()[0]?.value).toMatch(/^([0-9a-f]{2}:){31}[0-9a-f]{2}$/);
  expect(rsa.expires).toBeGreaterThan(Date.now());
  for (const wrong of ['ECDSA', { name: 'ECDSA', namedCurve: 'P-384' }, { ...RSA, hash: 'SHA-1' }]) {
    await expect(generate(wrong)).rejects.toThrow(named('NotSupportedError'));
  }
  for (const expires of [-1, 'x']) await expect(generate({ ...ECDSA, expires })).rejects.toThrow(TypeError);
  const expired = await generate({ ...ECDSA, expires: 0 });
  expect(() => new PeerConnection({ certificates: [expired] })).toThrow(named('InvalidAccessError'));
  expect(() => new PeerConnection({ certificates: [null] })).toThrow(TypeError);
  const { RTCCertificate } = pair.w3c as unknown as Record<string, new () => object>;
  expect(() => new RTCCertificate!()).toThrow(TypeError);
});
