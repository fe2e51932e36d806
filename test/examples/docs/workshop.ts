import { execFile, spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';
import { Consumer } from '../../package/consumer.js';
import { type Block, exportedNames, preambleOf, type PublicNames, ROOT } from './blocks.js';

/** Milliseconds until a program is killed; each takes a second or two on a quiet machine. */
const KILLED_AFTER_MS = 60_000;
const ROOT_PATH = fileURLToPath(ROOT);
const TSC = join(ROOT_PATH, 'node_modules/typescript/bin/tsc');
const VITEST = join(ROOT_PATH, 'node_modules/vitest/vitest.mjs');

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

/** The options of a user's project, with what the package says it needs for `using`. */
const COMPILER_OPTIONS = {
  target: 'es2022',
  module: 'nodenext',
  lib: ['es2022', 'esnext.disposable'],
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  verbatimModuleSyntax: true,
  skipLibCheck: true,
  noEmit: true,
};

/** What the documents' programs import besides this package. */
const PACKAGES = ['vitest', 'simple-peer', '@opentelemetry', '@nats-io', 'redis'];

/** A project that has installed the packed tarball: a block finds what it imports as a user's program does. */
export class Workshop implements AsyncDisposable {
  readonly #project: Consumer;
  readonly #exported: PublicNames;
  readonly #stage: ReturnType<typeof spawn>;
  readonly #port: string;

  private constructor(
    project: Consumer,
    exported: PublicNames,
    stage: ReturnType<typeof spawn>,
    port: string,
  ) {
    this.#project = project;
    this.#exported = exported;
    this.#stage = stage;
    this.#port = port;
  }

  static async open(): Promise<Workshop> {
    const project = await Consumer.make(...PACKAGES);
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
    return new Workshop(project, await exportedNames(), stage, port);
  }

  /** Problems of TypeScript blocks, each with its place in the document. */
  async typeCheck(blocks: readonly Block[]): Promise<string[]> {
    const written = new Map<string, Block>();
    for (const block of blocks) {
      if (block.language === 'ts' && block.treatment !== 'skip') written.set(await this.#write(block), block);
    }
    const project = join(this.#project.folder, 'tsconfig.blocks.json');
    const files = [...written.keys()].map((path) => basename(path));
    await writeFile(project, JSON.stringify({ compilerOptions: COMPILER_OPTIONS, files }));
    const { output } = await this.#execute([TSC, '-p', project, '--pretty', 'false']);
    const problems: string[] = [];
    for (const line of output.split('\n')) {
      const [, path = '', number = '', text = ''] = /^(\S+)\((\d+),\d+\): (.*)$/.exec(line) ?? [];
      const block = [...written].find(([file]) => basename(file) === basename(path))?.[1];
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
    if (isTest) return this.#execute([VITEST, 'run', '--reporter=dot', file]);
    return this.#execute([block.language === 'js' ? file : await compiled(file)]);
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
    this.#project[Symbol.dispose]();
  }

  async #write(block: Block, suffix = ''): Promise<string> {
    const extension = block.language === 'js' ? 'mjs' : 'ts';
    const file = join(this.#project.folder, `${nameOf(block)}${suffix}.${extension}`);
    // The servers of the documents are this stage; nothing leaves the machine.
    const code = block.code
      .replace(/wss?:\/\/(\w+\.)?example\.(org|com)/g, `ws://127.0.0.1:${this.#port}`)
      .replace(/(stun|turn):[^'"]*example\.(org|com)[^'"]*/g, 'stun:127.0.0.1:9');
    // JavaScript is run as it stands, by Node.js alone.
    await writeFile(file, block.language === 'js' ? code : preambleOf(block, this.#exported) + code);
    return file;
  }

  #execute(command: string[]): Promise<ProgramEnd> {
    const env = { ...process.env, NO_COLOR: '1', NODE_OPTIONS: '' };
    for (const key of Object.keys(env)) if (key.startsWith('VITEST')) delete env[key as keyof typeof env];
    const options = {
      cwd: this.#project.folder,
      timeout: KILLED_AFTER_MS,
      killSignal: 'SIGKILL',
      env,
    } as const;
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
