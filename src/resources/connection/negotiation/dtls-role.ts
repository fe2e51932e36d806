/**
 * Lets the answerer be the DTLS server.
 *
 * An answerer that is both ICE-controlled and DTLS client sends its first DTLS packet before the offerer can take
 * it, and repeats it a second later: one connection in five takes 1.0 s (H27). RFC 8842 allows the answer
 * `setup:passive`, and the library gives it when the offer it reads says `active`. The change is local: the wire
 * and the offerer see only standard values.
 */
export function answerAsDtlsServer(offer: string): string {
  return offer.replaceAll(ACTPASS, 'a=setup:active');
}

/** The offer as the peer wrote it. */
export function asOffered(offer: string): string {
  return offer.replaceAll(ACTIVE, 'a=setup:actpass');
}

/** The description is of libdatachannel, whatever is on top of it: it calls itself so in the line of its origin. */
export function isOfLibdatachannel(sdp: string): boolean {
  return ORIGIN.test(sdp);
}

/** The description is of Firefox, or of another program on Mozilla's implementation. */
export function isOfFirefox(sdp: string): boolean {
  return MOZILLA.test(sdp);
}

/** An answer of a DTLS server. */
export function answersAsServer(answer: string): boolean {
  return PASSIVE.test(answer);
}

const ORIGIN = /^o=rtc /m;
const MOZILLA = /^o=mozilla/m;
const PASSIVE = /^a=setup:passive/m;
const ACTPASS = /^a=setup:actpass/gm;
const ACTIVE = /^a=setup:active/gm;
