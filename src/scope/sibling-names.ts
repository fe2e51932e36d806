/** The numbers that one name has among siblings: 1 for the first of that name, 2 for `name#2`, and so on. */
interface Numbers {
  /** Siblings that have the name now. */
  count: number;
  /** The lowest number that was never given out. */
  next: number;
  /** Numbers of siblings that have ended. */
  readonly free: number[];
}

/** What tells siblings of one name apart in paths. Each call takes the same time, however many siblings there are. */
export class SiblingNames {
  readonly #numbers = new Map<string, Numbers>();
  readonly #taken = new Set<string>();

  /** The number that makes `name` unique. */
  claim(name: string): number {
    let numbers = this.#numbers.get(name);
    if (!numbers) {
      numbers = { count: 0, next: 1, free: [] };
      this.#numbers.set(name, numbers);
    }
    // A sibling may have been called `name#2` by its user.
    let number: number;
    do number = numbers.free.pop() ?? numbers.next++;
    while (this.#taken.has(uniqueName(name, number)));
    numbers.count++;
    this.#taken.add(uniqueName(name, number));
    return number;
  }

  release(name: string, number: number): void {
    this.#taken.delete(uniqueName(name, number));
    const numbers = this.#numbers.get(name);
    if (!numbers) return;
    numbers.count--;
    if (numbers.count === 0) this.#numbers.delete(name);
    else numbers.free.push(number);
  }
}

export function uniqueName(name: string, number: number): string {
  return number === 1 ? name : `${name}#${number}`;
}

const LONGEST_NAME = 64;
/** Control characters, line ends, the characters that reorder or hide text (U+202E), halves of surrogate pairs. */
const UNREADABLE = /[/\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const PLAIN = /^[\x20-\x2e\x30-\x7e]+$/;

/** Names come from users and from peers (channel labels): a path is always one readable line. */
export function pathSegment(name: string): string {
  const short = name.length > LONGEST_NAME ? name.slice(0, LONGEST_NAME) : name;
  if (PLAIN.test(short)) return short;
  return short === '' ? '_' : short.replace(UNREADABLE, '_');
}
