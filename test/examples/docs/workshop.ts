import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';
import { built } from '../../package/packed.js';
import { type Block, exportedNames, preambleOf, type PublicNames, ROOT } from './blocks.js';

/** Milliseconds until a program is killed; each takes a second or two on a quiet machine. */
const KILLED_AFTER_MS = 60_000;
const ROOT_PATH = fileURLToPath(ROOT);

/** What fragments may do: use names and files that are not shown (classes are), and `return` to nowhere. */
const ALLOWED_IN_FRAGMENTS = [
  /error TS(2304|2552|2582|2593): Cannot find name '[a-z_$]/,
  /error TS18004: .* property '[a-z_$]/,
  /error TS2307: Cannot find module '\./,
  /error TS1108:/,
  /error TS2353: .* type 'RTCConfiguration'/, // of browsers, whose types are not loaded here
];

export interface ProgramEnd {
  readonly code: number | string | null;
  readonly output: string;
}

/** A folder in the repository, so that a block resolves what it imports as a user's program does. */
export class Workshop implements AsyncDisposable {
  readonly #folder: string;
  readonly #exported: PublicNames;
  readonly #stage: ReturnType<typeof spawn>;
  readonly #port: string;

  private constructor(folder: string, exported: PublicNames, stage: ReturnType<typeof spawn>, port: string) {
    this.#folder = folder;
    this.#exported = exported;
    this.#stage = stage;
    this.#port = port;
  }

  static async open(): Promise<Workshop> {
    await built();
    const folder = await mkdtemp(fileURLToPath(new URL('test/examples/.generated-', ROOT)));
    const stage = spawn(
      process.execPath,
      ['--import', 'tsx', fileURLToPath(new URL('stage.ts', import.meta.url))],
      {
        cwd: ROOT_PATH,
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    const port = await new Promise<string>((resolve, reject) => {
      createInterface(stage.stdout).once('line', resolve);
      stage.once('exit', (code) => reject(new Error(`the stage ended with ${code}`)));
    });
    return new Workshop(folder, await exportedNames(), stage, port);
  }

  /** Problems of TypeScript blocks, each with its place in the document. */
  async typeCheck(blocks: readonly Block[]): Promise<string[]> {
    const written = new Map<string, Block>();
    for (const block of blocks) {
      if (block.language === 'ts' && block.treatment !== 'skip') written.set(await this.#write(block), block);
    }
    const options = { noEmit: true, noUnusedLocals: false, noUnusedParameters: false };
    const project = join(this.#folder, 'tsconfig.json');
    const include = [...written.keys()].map((path) => basename(path));
    await writeFile(
      project,
      JSON.stringify({ extends: '../../../tsconfig.json', compilerOptions: options, include }),
    );
    const { output } = await this.#execute([
      'node_modules/typescript/bin/tsc',
      '-p',
      project,
      '--pretty',
      'false',
    ]);
    const problems: string[] = [];
    for (const line of output.split('\n')) {
      const [, path = '', number = '', text = ''] = /^(\S+)\((\d+),\d+\): (.*)$/.exec(line) ?? [];
      const block = [...written].find(
        ([file]) => path !== '' && file.endsWith(path.slice(path.lastIndexOf('/'))),
      )?.[1];
      if (!block) {
        if (/error TS/.test(line)) problems.push(line);
      } else if (
        block.treatment !== 'fragment' ||
        !ALLOWED_IN_FRAGMENTS.some((allowed) => allowed.test(text))
      ) {
        problems.push(`${block.file}:${block.line + Number(number) - 1} (${block.treatment}) ${text}`);
      }
    }
    return problems;
  }

  /** Runs a block as the program that it is, or with vitest when it is a test file. */
  async run(block: Block): Promise<ProgramEnd> {
    const isTest = /from '(vitest|scoped-rtc\/vitest)'/.test(block.code);
    const file = await this.#write(block, isTest ? '.test' : '');
    return isTest
      ? this.#execute(['node_modules/vitest/vitest.mjs', 'run', '--reporter=dot', file])
      : this.#execute([await compiled(file)]);
  }

  /** Whether a block of JavaScript can be parsed; '' when it can. */
  async parse(block: Block): Promise<string> {
    return transform(block.code, { loader: 'js', format: 'esm', target: 'node20', logLevel: 'silent' }).then(
      () => '',
      (error: Error) => error.message,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.#stage.once('exit', resolve));
    this.#stage.stdin?.end();
    await ended;
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #write(block: Block, suffix = ''): Promise<string> {
    const file = join(this.#folder, `${nameOf(block)}${suffix}.ts`);
    // The servers of the documents are this stage; nothing leaves the machine.
    const code = block.code
      .replace(/wss?:\/\/(\w+\.)?example\.(org|com)/g, `ws://127.0.0.1:${this.#port}`)
      .replace(/(stun|turn):[^'"]*example\.(org|com)[^'"]*/g, 'stun:127.0.0.1:9');
    await writeFile(file, preambleOf(block, this.#exported) + code);
    return file;
  }

  #execute(command: string[]): Promise<ProgramEnd> {
    const env = { ...process.env, NO_COLOR: '1', NODE_OPTIONS: '' };
    for (const key of Object.keys(env)) if (key.startsWith('VITEST')) delete env[key as keyof typeof env];
    const options = { cwd: ROOT_PATH, timeout: KILLED_AFTER_MS, killSignal: 'SIGKILL', env } as const;
    return new Promise((resolve) => {
      execFile(process.execPath, command, options, (error, stdout, stderr) => {
        resolve({ code: error ? (error.code ?? error.signal ?? 1) : 0, output: stdout + stderr });
      });
    });
  }
}

/** JavaScript beside it, of which the package is the one that was built. */
async function compiled(file: string): Promise<string> {
  const { code } = await transform(await readFile(file, 'utf8'), { loader: 'ts', target: 'node20' });
  const javaScript = file.replace(/\.ts$/, '.mjs');
  await writeFile(javaScript, code);
  return javaScript;
}

const nameOf = ({ file, line }: Block) => `${file.replace(/\W+/g, '-')}-${line}`;
