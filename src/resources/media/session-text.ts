import { splitSections } from '../sdp.js';
import type { Flow } from './flow.js';

/** By flow. */
const ATTRIBUTES = ['inactive', 'sendonly', 'recvonly', 'sendrecv'] as const;

const TRANSPORT = /^a=(?:ice-ufrag|ice-pwd|fingerprint|setup|candidate|end-of-candidates)\b.*(?:\r\n|\n|$)/gm;
const DIRECTION = /^a=(inactive|sendonly|recvonly|sendrecv)\b/m;
const MID = /^a=mid:(\S+)/m;

/** One section of a session description ("m=" line and what belongs to it), to be read and changed. */
export class SectionText {
  readonly kind: string;
  #text: string;
  #mid: string;

  /** `name`: the mid of a section that does not say one. */
  constructor(text: string, name: string) {
    this.#text = text;
    this.kind = /^m=(\S+)/.exec(text)?.[1] ?? '';
    this.#mid = MID.exec(text)?.[1] ?? name;
  }

  get mid(): string {
    return this.#mid;
  }

  set mid(mid: string) {
    this.#mid = mid;
    this.writeMid();
  }

  writeMid(): void {
    const line = `a=mid:${this.#mid}`;
    this.#text = MID.test(this.#text)
      ? this.#text.replace(MID, () => line)
      : `${this.#text.trimEnd()}\r\n${line}\r\n`;
  }

  get isMedia(): boolean {
    return this.kind === 'audio' || this.kind === 'video';
  }

  /** Refused or removed: port 0, unless it only says that the section exists in a bundle (RFC 9143, section 7.2). */
  get isRejected(): boolean {
    return /^m=\S+ 0[ /]/.test(this.#text) && !/^a=bundle-only/m.test(this.#text);
  }

  /** As the writer of the description sees it. */
  get flow(): Flow {
    const word = DIRECTION.exec(this.#text)?.[1] ?? 'sendrecv';
    return ATTRIBUTES.indexOf(word as (typeof ATTRIBUTES)[number]) as Flow;
  }

  set flow(flow: Flow) {
    const line = `a=${ATTRIBUTES[flow]}`;
    this.#text = DIRECTION.test(this.#text)
      ? this.#text.replace(DIRECTION, line)
      : `${this.#text.trimEnd()}\r\n${line}\r\n`;
  }

  reject(): void {
    this.#text = this.#text.replace(/^(m=\S+) \d+/, '$1 0').replace(/^a=bundle-only\r?\n/m, '');
  }

  dropTransport(): void {
    this.#text = this.#text.replace(TRANSPORT, '');
  }

  toString(): string {
    return this.#text;
  }
}

/** A session description (RFC 8866) by its sections. */
export class SessionText {
  readonly sections: readonly SectionText[];
  #session: string;

  /**
   * `offered`: for an answer, the mids of the offer. A section that does not say its mid has that of the same place there
   * (RFC 8829, section 5.10), otherwise its index, as the library has it.
   */
  constructor(sdp: string, offered: readonly string[] = []) {
    const [session = '', ...sections] = splitSections(sdp);
    this.#session = session;
    this.sections = sections.map((text, index) => new SectionText(text, offered[index] ?? String(index)));
  }

  get media(): readonly SectionText[] {
    return this.sections.filter((section) => section.isMedia);
  }

  /** Refuses a section, which leaves its groups with it. */
  reject(section: SectionText): void {
    section.reject();
    this.#eachGroup((mids) => mids.filter((mid) => mid !== section.mid));
  }

  rename(nameOf: (mid: string) => string): void {
    for (const section of this.sections) {
      const name = nameOf(section.mid);
      if (name !== section.mid) section.mid = name;
    }
    this.#eachGroup((mids) => mids.map(nameOf));
  }

  toString(): string {
    return this.#session + this.sections.join('');
  }

  /** A group without members is not written. */
  #eachGroup(change: (mids: string[]) => string[]): void {
    this.#session = this.#session.replace(/^a=group:(\S+)(.*)(\r?\n)/gm, (_line, kind: string, mids, end) => {
      const changed = change(mids.trim().split(' '));
      return changed.length === 0 ? '' : `a=group:${kind} ${changed.join(' ')}${end}`;
    });
  }
}
