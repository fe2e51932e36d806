import type { Signaling } from 'scoped-rtc';

/** As `signaling`, but the descriptions that come are given to `change` first. */
export function altered(signaling: Signaling, change: (sdp: string) => string): Signaling {
  const changed = (message: unknown) => {
    const { description } = (message ?? {}) as { description?: { type: string; sdp: string } };
    return description ? { description: { ...description, sdp: change(description.sdp) } } : message;
  };
  return {
    send: (message) => signaling.send(message),
    subscribe: (onMessage, onClosed) =>
      signaling.subscribe((message) => onMessage(changed(message)), onClosed),
    close: () => signaling.close(),
  };
}

/** As `signaling`, without the line that announces receipts: this side closes channels as with any other peer. */
export function unannounced(signaling: Signaling): Signaling {
  return altered(signaling, withoutAnnouncement);
}

/** A description without that line. */
export function withoutAnnouncement(sdp: string): string {
  return sdp.replace(/^a=x-scoped-rtc-.*\r\n/gm, '');
}

/** A description with a fingerprint that no certificate of this test has, so that the DTLS handshake fails. */
export function withOtherFingerprint(sdp: string): string {
  const other = (_line: string, start: string, byte: string) => start + (byte === '00' ? '01' : '00');
  const changed = sdp.replace(/(a=fingerprint:sha-256 )([0-9A-F]{2})/i, other);
  if (changed === sdp) throw new TypeError(`no fingerprint in ${sdp}`);
  return changed;
}

/** As `signaling`, but what comes is `ms` milliseconds late. */
export function late(signaling: Signaling, ms: number): Signaling {
  return {
    send: (message) => signaling.send(message),
    subscribe: (onMessage, onClosed) =>
      signaling.subscribe((message) => void setTimeout(() => onMessage(message), ms), onClosed),
    close: () => signaling.close(),
  };
}
