/** The symbols that instances have, the same in every copy of the package. */
const marks = new WeakMap<Function, symbol>();

/**
 * Makes `instanceof` hold for objects of other copies of the package: the copy for CommonJS, another version, or one from before a
 * test runner reset its modules. All share one runtime, so an object may come from either.
 */
export function markClass(type: Function, name: string): void {
  const mark = Symbol.for(`scoped-rtc.${name}`);
  marks.set(type, mark);
  Object.defineProperty(type.prototype, mark, { value: true });
}

/** For `static [Symbol.hasInstance]` of a base class. A class of the user's that extends one of ours has no mark of its own. */
export function isInstance(type: Function, value: unknown): boolean {
  const mark = marks.get(type);
  if (mark === undefined) return Function.prototype[Symbol.hasInstance].call(type, value);
  return typeof value === 'object' && value !== null && Reflect.get(value, mark) === true;
}
