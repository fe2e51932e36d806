import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Block, blocksIn, blocksOf, documents } from './docs/blocks.js';
import { Workshop } from './docs/workshop.js';

const blocks: Block[] = (await Promise.all((await documents()).map(blocksOf))).flat();
const programs = blocks.filter(({ treatment }) => treatment === 'run');
const scripts = blocks.filter(({ language, treatment }) => language === 'js' && treatment === 'fragment');

describe('examples of the documents', () => {
  let workshop: Workshop;
  beforeAll(async () => {
    workshop = await Workshop.open();
  });
  afterAll(() => workshop[Symbol.asyncDispose]());

  test('all of them in TypeScript have the right types', { timeout: 120_000 }, async () => {
    expect(blocks.length).toBeGreaterThan(5);
    expect(await workshop.typeCheck(blocks)).toEqual([]);
  });

  test.each(programs.map((block) => [block.place, block] as const))(
    'the program at %s runs and ends by itself',
    { timeout: 90_000 },
    async (_, block) => {
      const { code, output } = await workshop.run(block);
      expect(code, output).toBe(0);
    },
  );

  test.each(scripts.map((block) => [block.place, block] as const))(
    'the script at %s can be parsed',
    async (_, block) => {
      expect(await workshop.parse(block)).toBe('');
    },
  );

  test('a mistake in an example is found, and reported with its line', { timeout: 120_000 }, async () => {
    const text = [
      '```ts',
      "import { RtcRuntime } from 'scoped-rtc';",
      "RtcRuntime.acquire('x').fork(1);",
      '```',
      '```ts',
      'await chat.sendd(text);',
      'Chat.foo();',
      '```',
      '<!-- example: skip, the raw binding -->',
      '```ts',
      'nonsense(;',
      '```',
    ].join('\n');
    const problems = await workshop.typeCheck(blocksIn('docs/none.md', text));
    expect(problems).toHaveLength(3);
    expect(problems[0]).toMatch(/^docs\/none\.md:3 \(run\) error TS2345/);
    expect(problems[1]).toMatch(/^docs\/none\.md:6 \(fragment\) error TS2551/);
    expect(problems[2]).toMatch(/^docs\/none\.md:7 \(fragment\) error TS2552/);
  });

  test(
    'a program that fails, and one that does not end by itself, are found',
    { timeout: 120_000 },
    async () => {
      const [failing] = blocksIn(
        'docs/failing.md',
        "```ts\nimport { RtcRuntime } from 'scoped-rtc';\nthrow RtcRuntime;\n```",
      );
      expect((await workshop.run(failing as Block)).code).toBe(1);
    },
  );
});

describe('markers', () => {
  const treatments = (text: string) => blocksIn('a.md', text).map(({ treatment }) => treatment);

  test('what imports the package is run, the rest is a fragment, and a marker says otherwise', () => {
    const program = "```ts\nimport { RtcRuntime } from 'scoped-rtc';\n```";
    expect(treatments(program)).toEqual(['run']);
    expect(treatments('```js\nchat.send();\n```')).toEqual(['fragment']);
    expect(treatments(`<!-- example: fragment -->\n\n${program}`)).toEqual(['fragment']);
    expect(treatments(`<!-- example: skip, pseudocode -->\n${program}\n${program}`)).toEqual(['skip', 'run']);
    expect(treatments(program.replace('\n`', "\nimport './mine.js';\n`"))).toEqual(['fragment']);
    expect(treatments(`<!-- sample: one -->\n${program}`)).toEqual(['fragment']);
    expect(treatments('```sh\nnpm test\n```')).toEqual([]);
  });

  test.each([
    '<!-- example: skipp -->\n```ts\n```',
    '<!-- example: skip -->\n```ts\n```',
    '<!-- example: run -->\ntext\n```ts\n```',
    '<!-- example: run -->\n```sh\n```',
  ])('%j is a mistake', (text) => {
    expect(() => blocksIn('a.md', text)).toThrow(/^a\.md:[12]:/);
  });
});
