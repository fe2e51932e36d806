/**
 * Which of two offers that crossed is rolled back: `mine` when its session id (RFC 8866, section 5.2, the second
 * field of `o=`) is the smaller one, or when the ids are equal and its ICE credentials come first. Both sides
 * see the same two offers, so both come to the same answer without another message.
 *
 * `undefined` when the offers do not differ: then the peer is this very connection.
 */
export function rollsBack(mine: string, theirs: string): boolean | undefined {
  const here = rankOf(mine);
  const there = rankOf(theirs);
  if (here.session !== there.session) return here.session < there.session;
  return here.credentials === there.credentials ? undefined : here.credentials < there.credentials;
}

function rankOf(sdp: string): { session: bigint; credentials: string } {
  const session = /^o=\S+ (\d{1,20}) /m.exec(sdp)?.[1] ?? '0';
  const credentials = ['ice-ufrag', 'ice-pwd'].map((name) => attribute(sdp, name)).join(' ');
  return { session: BigInt(session), credentials };
}

const attribute = (sdp: string, name: string) => new RegExp(`^a=${name}:(\\S+)`, 'm').exec(sdp)?.[1] ?? '';
