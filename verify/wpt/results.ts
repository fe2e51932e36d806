/** A subtest as testharness.js reports it; status 0 is a pass. */
export interface Subtest {
  readonly name: string;
  readonly status: number;
  readonly message: string | null;
}

/** What one implementation made of one page. */
export interface PageResult {
  readonly subtests: readonly Subtest[];
  /** How the run of the page ended, where that was not as it should be. */
  readonly fault?: string;
}

/** By page, then by implementation. */
export type Results = ReadonlyMap<string, ReadonlyMap<string, PageResult>>;

/** The pages by what they are about: the first prefix that fits, behind `RTC`. */
const GROUPS: readonly (readonly [group: string, prefixes: RegExp])[] = [
  [
    'transceivers',
    /^(RTC(Rtp|TrackEvent|PeerConnection-(add|get|setDescription-)?(t|T)ransceiver|PeerConnection-ontrack)|recvonly)/,
  ],
  ['configuration', /^RTC(Configuration|Certificate|PeerConnection-(constructor|generateCertificate))/],
  [
    'descriptions',
    /^RTCPeerConnection-(create(Offer|Answer)|set|.*rollback|SLD|description|operations|plan-b)|Rollback/,
  ],
  ['candidates', /^RTC(IceCandidate|PeerConnection-(add(Tcp)?Ice|can|onicecandidate)|PeerConnectionIce)/],
  [
    'negotiation and states',
    /^RTCPeerConnection-(on(neg|signal)|perfect|restart|close|connection|ice(Conn|Gath))|call/,
  ],
  ['data channels', /^RTC(DataChannel|PeerConnection-(createDataChannel|ondatachannel))|transfer/],
  ['transports', /^RTC(Sctp|Dtls|Ice)/],
  ['others', /^/],
];

/** A table in Markdown: what each implementation passes, and what it passes of that which `reference` passes, too. */
export function tableOf(results: Results, implementations: readonly string[], reference?: string): string {
  const others = implementations.filter((name) => name !== reference);
  const cell = (pages: readonly string[], name: string) => {
    const passed = sum(pages, (page) => passes(results.get(page)?.get(name)).size);
    if (reference === undefined || name === reference) return String(passed);
    const both = sum(pages, (page) => {
      const wanted = passes(results.get(page)?.get(reference));
      return [...passes(results.get(page)?.get(name))].filter((subtest) => wanted.has(subtest)).length;
    });
    return `${passed} (${both})`;
  };
  const columns = reference === undefined ? others : [reference, ...others];
  const row = (title: string, pages: readonly string[], subtests: number) =>
    `| ${[title, String(subtests), ...columns.map((name) => cell(pages, name))].join(' | ')} |`;
  const total = (page: string) =>
    new Set(
      [...(results.get(page)?.values() ?? [])].flatMap(({ subtests }) => subtests.map(({ name }) => name)),
    ).size;
  const pages = [...results.keys()];
  const groupOf = (page: string) => GROUPS.find(([, prefixes]) => prefixes.test(page))?.[0];
  return [
    `| page | subtests | ${columns.join(' | ')} |`,
    `| --- | ${['', ...columns].map(() => '---').join(' | ')} |`,
    ...pages.map((page) => row(page, [page], total(page))),
    ...GROUPS.flatMap(([group]) => {
      const of = pages.filter((page) => groupOf(page) === group);
      return of.length === 0 ? [] : [row(`**${group}**`, of, sum(of, total))];
    }),
    row('**all**', pages, sum(pages, total)),
  ].join('\n');
}

/** What ended in another way than it should. */
export function faultsOf(results: Results): string[] {
  return [...results].flatMap(([page, by]) =>
    [...by].flatMap(([name, { fault }]) => (fault === undefined ? [] : [`${page}, ${name}: ${fault}`])),
  );
}

export function passes(result: PageResult | undefined): ReadonlySet<string> {
  return new Set(result?.subtests.flatMap(({ name, status }) => (status === 0 ? [name] : [])));
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
