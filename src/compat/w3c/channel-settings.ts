import type { DataChannelInit } from './w3c-types.js';
import { dictionary, shortText, unsignedShort } from './web-idl.js';

/** Attributes of the W3C's channel that the handle does not have. */
export interface ChannelSettings {
  readonly ordered: boolean;
  readonly maxPacketLifeTime: number | null;
  readonly maxRetransmits: number | null;
  readonly negotiated: boolean;
}

interface CheckedSettings extends ChannelSettings {
  readonly protocol: string;
  readonly id: number | null;
}

/** Of a channel that the peer opened; the library does not say more. */
export const DEFAULT_SETTINGS: ChannelSettings = {
  ordered: true,
  maxPacketLifeTime: null,
  maxRetransmits: null,
  negotiated: false,
};

/** What `createDataChannel` does to its dictionary (W3C WebRTC, section 6.1.1.1). */
export function checkChannelSettings(init: DataChannelInit | null | undefined): CheckedSettings {
  const given = dictionary(init, 'init');
  const settings: CheckedSettings = {
    ordered: given.ordered === undefined ? true : Boolean(given.ordered),
    maxPacketLifeTime: unsignedShort(given.maxPacketLifeTime, 'maxPacketLifeTime') ?? null,
    maxRetransmits: unsignedShort(given.maxRetransmits, 'maxRetransmits') ?? null,
    protocol: given.protocol === undefined ? '' : shortText(given.protocol, 'protocol'),
    negotiated: Boolean(given.negotiated),
    id: unsignedShort(given.id, 'id') ?? null,
  };
  const refuse = (why: string) => {
    throw new TypeError(`createDataChannel(): ${why}`);
  };
  if (settings.maxPacketLifeTime !== null && settings.maxRetransmits !== null) {
    refuse('maxPacketLifeTime and maxRetransmits exclude each other');
  }
  if (settings.negotiated && settings.id === null) refuse('a negotiated channel needs an id');
  // 65535 is reserved (RFC 8831, section 6.4).
  if (settings.negotiated && settings.id === 65_535) refuse('id is at most 65534');
  return settings;
}

/** The same as the handle takes it. An `id` counts with `negotiated` only. */
export function asHandleInit({ id, ...settings }: CheckedSettings): object {
  const given = Object.entries({ ...settings, id: settings.negotiated ? id : null });
  return Object.fromEntries(given.filter(([, value]) => value !== null));
}
