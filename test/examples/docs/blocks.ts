import { readdir, readFile } from 'node:fs/promises';
import * as testing from 'scoped-rtc/testing';

/**
 * `run`: executed, and type-checked when it is TypeScript. `fragment`: type-checked only. `skip`: neither.
 * CONTRIBUTING.md says how an author chooses.
 */
export type Treatment = 'run' | 'fragment' | 'skip';

export interface Block {
  /** e.g. `docs/errors.md:12`, where the block's first line is. */
  readonly place: string;
  readonly file: string;
  /** Of the fence that opens it; its first line of code is the next. */
  readonly line: number;
  readonly language: 'ts' | 'js';
  readonly treatment: Treatment;
  readonly code: string;
}

export const ROOT = new URL('../../../', import.meta.url);

/** README, the other documents at the top, and all guides. The reference in `docs/api` is made from the sources. */
export async function documents(): Promise<string[]> {
  const inside = async (folder: string) =>
    (await readdir(new URL(folder, ROOT)))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}${name}`);
  return (await Promise.all([inside('./'), inside('docs/')]))
    .flat()
    .map((path) => path.replace('./', ''))
    .sort();
}

export async function blocksOf(file: string): Promise<Block[]> {
  return blocksIn(file, await readFile(new URL(file, ROOT), 'utf8'));
}

const FENCE = /^( {0,3})(`{3,}|~{3,})\s*(\S*)/;
const MARKER = /^\s*<!-- example: (run|fragment|skip, \S.*) -->\s*$/;
/** A block that other tests run: `test/testing/sample/`, or that of the tutorial. */
const SAMPLE = /^\s*<!-- (sample|tutorial): .* -->\s*$/;
const LANGUAGES: Readonly<Record<string, Block['language']>> = {
  ts: 'ts',
  typescript: 'ts',
  mts: 'ts',
  js: 'js',
  javascript: 'js',
  mjs: 'js',
};

/** Throws for a marker that nobody understands, and for one with no block after it: a typo must not go unseen. */
export function blocksIn(file: string, text: string): Block[] {
  const blocks: Block[] = [];
  const lines = text.split('\n');
  let marker: string | undefined;
  let isSample = false;
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    const [, indent = '', fence = '', info = ''] = FENCE.exec(line) ?? [];
    if (fence === '') {
      if (marker !== undefined && line.trim() !== '')
        throw new Error(`${file}:${at}: no block follows this marker`);
      isSample = SAMPLE.test(line) || (isSample && line.trim() === '');
      if (SAMPLE.test(line)) marker = 'fragment';
      else if (line.trimStart().startsWith('<!-- example')) {
        marker = MARKER.exec(line)?.[1];
        if (marker === undefined) throw new Error(`${file}:${at + 1}: unknown marker: ${line}`);
      }
      continue;
    }
    const start = at;
    const code: string[] = [];
    while (++at < lines.length && (lines[at] ?? '').trim() !== fence)
      code.push((lines[at] ?? '').slice(indent.length));
    const language = LANGUAGES[info];
    if (language) {
      const treatment = (marker?.split(',')[0] as Treatment | undefined) ?? usualTreatment(code.join('\n'));
      const place = `${file}:${start + 2}`;
      blocks.push({ place, file, line: start + 1, language, treatment, code: `${code.join('\n')}\n` });
    } else if (marker !== undefined && !isSample) {
      throw new Error(
        `${file}:${start + 1}: the marker is for a block that is neither TypeScript nor JavaScript`,
      );
    }
    marker = undefined;
  }
  return blocks;
}

/** What imports this package is a program, unless it imports files of the reader's as well. */
function usualTreatment(code: string): Treatment {
  const imports = [...code.matchAll(/^import [^']*'([^']+)'/gm)].map(([, from = '']) => from);
  if (imports.some((from) => from.startsWith('.'))) return 'fragment';
  return imports.some((from) => /^scoped-rtc($|\/)/.test(from)) ? 'run' : 'fragment';
}

/** Names that fragments use without saying where they come from. */
const KNOWN: Readonly<Record<string, string>> = {
  rtc: 'RtcScope',
  scope: 'RtcScope',
  runtime: 'RtcRuntime',
  pc: 'PeerConnection',
  alice: 'PeerConnection',
  bob: 'PeerConnection',
  chat: 'DataChannel',
  channel: 'DataChannel',
  socket: 'WebSocket',
  server: 'WebSocketServer',
  track: 'MediaTrack',
  signaling: 'Signaling',
  signal: 'AbortSignal',
};

/**
 * One line that stands before the block: imports of the package's own names that it leaves out, and for fragments
 * declarations of what they take for granted.
 */
export function preambleOf({ code, treatment }: Block, exported: PublicNames): string {
  const bare = code.replace(/\/\/.*$/gm, '').replace(/'[^'\n]*'/g, "''");
  const uses = (name: string) => new RegExp(`(?<![.\\w$'])${name}(?![\\w$'])(?!\\??:[^:])`).test(bare);
  const declares = (name: string) =>
    new RegExp(`\\b(const|let|var|using|function|class|interface|type)\\s+${name}\\b`).test(bare) ||
    new RegExp(`\\bimport\\b[^;]*\\b${name}\\b[^;]*\\bfrom\\b`).test(bare) ||
    new RegExp(`\\b(const|let|using)\\s*[{[][^=]*\\b${name}\\b[^=]*=`).test(bare) ||
    new RegExp(`[(,]\\s*${name}\\s*[,)]\\s*[^;]*=>|\\b${name}\\s*=>`).test(bare);
  const missing = (name: string) => uses(name) && !declares(name);
  const own = new Set([...exported.keys()].filter(missing));
  let declarations = '';
  if (treatment === 'fragment') {
    for (const [name, type] of Object.entries(KNOWN)) {
      if (!missing(name)) continue;
      declarations += ` declare const ${name}: ${type};`;
      if (exported.has(type) && !declares(type)) own.add(type);
    }
  }
  const kit = Object.keys(testing).filter((name) => missing(name) && !own.has(name));
  const ofTests = treatment === 'fragment' ? ['test', 'expect'].filter(missing) : [];
  const imports = [
    own.size > 0
      ? `import { ${[...own].map((name) => `${exported.get(name)}${name}`).join(', ')} } from 'scoped-rtc';`
      : '',
    kit.length > 0 ? `import { ${kit.join(', ')} } from 'scoped-rtc/testing';` : '',
    ofTests.length > 0 ? `import { ${ofTests.join(', ')} } from 'scoped-rtc/vitest';` : '',
  ];
  return `${imports.join(' ')}${declarations} export {};\n`;
}

/** What stands before a name when it is imported: `type ` or nothing. */
export type PublicNames = ReadonlyMap<string, 'type ' | ''>;

/** The names that `src/index.ts` exports, types included. */
export async function exportedNames(): Promise<PublicNames> {
  const text = await readFile(new URL('src/index.ts', ROOT), 'utf8');
  const names = new Map<string, 'type ' | ''>();
  for (const [, ofTypes, list = ''] of text.matchAll(/export (type )?\{([^}]*)\}/g)) {
    for (const item of list.split(',')) {
      const [, type, name] = /^(type )?(?:\w+ as )?(\w+)$/.exec(item.trim()) ?? [];
      if (name) names.set(name, ofTypes || type ? 'type ' : '');
    }
  }
  return names;
}
