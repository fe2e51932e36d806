/**
 * Builds `docs/api` from the doc comments: `npm run docs:api`. A warning of typedoc is an error: a link that leads
 * nowhere, or a type that users meet and cannot import.
 *
 * typedoc needs the JavaScript API of TypeScript 5, which TypeScript 7 does not have. So both are fetched by npx, at
 * fixed versions, beside the package's own compiler and not into its dependencies.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const TOOLS = ['typedoc@0.28.20', 'typedoc-plugin-markdown@4.14.1', 'typescript@5.9.3'];
const root = fileURLToPath(new URL('..', import.meta.url));
const work = `${root}node_modules/.cache/api-docs`;
mkdirSync(work, { recursive: true });
writeFileSync(
  `${work}/tsconfig.json`,
  JSON.stringify({
    extends: `${root}tsconfig.json`,
    compilerOptions: {
      rootDir: `${root}src`,
      noEmit: true,
      stripInternal: true,
      typeRoots: [`${root}node_modules/@types`],
    },
    include: [`${root}src`],
    exclude: [],
  }),
);
/** Types that nobody has to name: parts of `NativeBinding`, what fixtures and matchers get, internal bases. */
const NOT_EXPORTED = [
  ...[
    'EventMap',
    'InTree',
    'MessageIterator',
    'SuppressedErrorClass',
    'OwnTypes',
    'PackageApi',
    'PolyfillApi',
  ],
  ...['NativeMediaHandlers', 'NativeWebSocketConfig', 'NativeWebSocketServer', 'FakeIceUdpMuxListener'],
  ...['TestBody', 'Use', 'FixtureContext', 'MatcherContext', 'MatcherResult'],
  ...['src/browser/page-types.ts:Description', 'src/browser/page-types.ts:Listener'],
  'src/signaling/wire/event-source.ts:Listener',
];

rmSync(`${root}docs/api`, { recursive: true, force: true });

const { exports } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
const entries = Object.values(exports)
  .map((entry) => /^\.\/dist\/(.*)\.js$/.exec(entry.import?.default ?? entry.default ?? '')?.[1])
  .filter((path) => path !== undefined)
  .map((path) => `${root}src/${path}.ts`);
const options = [
  ...['--tsconfig', `${work}/tsconfig.json`, '--out', `${root}docs/api`],
  ...[
    '--plugin',
    'typedoc-plugin-markdown',
    '--router',
    'module',
    '--readme',
    'none',
    '--name',
    'scoped-rtc',
  ],
  ...[
    '--excludeInternal',
    '--excludePrivate',
    '--excludeProtected',
    '--excludeExternals',
    '--disableSources',
  ],
  ...['--hideGenerator', '--hideBreadcrumbs', '--hidePageHeader', '--parametersFormat', 'table'],
  ...['--interfacePropertiesFormat', 'table', '--typeAliasPropertiesFormat', 'table'],
  ...['--logLevel', 'Warn', '--treatWarningsAsErrors'],
  ...NOT_EXPORTED.flatMap((name) => ['--intentionallyNotExported', name]),
];
const { status } = spawnSync(
  'npx',
  ['--yes', ...TOOLS.flatMap((tool) => ['--package', tool]), '--', 'typedoc', ...options, ...entries],
  { cwd: root, stdio: 'inherit' },
);
process.exitCode = status ?? 1;
