/** What a sender needs to know of a receiver; given from person to person, so it can be trusted. */
export interface Address {
  readonly url: string;
  /** The receiver's certificate, PEM text: the sender trusts this one and no other server. */
  readonly certificate: string;
}

const PEM = /-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/;

/** `wss://HOST:PORT/TOKEN#CERTIFICATE`: one word to copy. */
export function formatAddress({ url, certificate }: Address): string {
  const base64 = PEM.exec(certificate)?.[1] ?? '';
  return `${url}#${Buffer.from(base64, 'base64').toString('base64url')}`;
}

export function parseAddress(text: string): Address {
  const [url = '', encoded = ''] = text.split('#');
  if (!url.startsWith('wss://') || encoded === '')
    throw new Error(`"${text}" is not an address of a receiver`);
  const lines =
    Buffer.from(encoded, 'base64url')
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return {
    url,
    certificate: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
  };
}
