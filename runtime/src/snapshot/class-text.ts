/**
 * Owns: whether a class declares private names, and whether it is native. Nothing in the language tells, but its source text does.
 *
 * I1 No class with private fields is taken for one without. The opposite mistake costs a refusal that names the fix.
 */
import { shared } from "../realm.ts";

const skipped = /\/\*.*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/gs;
const privateName = /#[\p{ID_Start}$_\\]/u;

/** Does the class itself (not the ones it extends) declare private names? Comments and string literals don't count. */
export function hasPrivateNames(cls: Function): boolean {
  const answers = shared("snapshot.privateNames", () => new WeakMap<Function, boolean>());
  let answer = answers.get(cls);
  if (answer === undefined) {
    const text = Function.prototype.toString.call(cls);
    // A `/` or quote within a regular expression or template may hide what follows: then the whole text decides.
    answer = privateName.test(text) && (/[`]|[=(,:]\s*\//.test(text) || privateName.test(text.replace(skipped, "")));
    answers.set(cls, answer);
  }
  return answer;
}

/** Is it made by the engine or an addon? Then its instances may hold more than properties. */
export function isNativeClass(cls: Function): boolean {
  const answers = shared("snapshot.nativeClasses", () => new WeakMap<Function, boolean>());
  let answer = answers.get(cls);
  if (answer === undefined) {
    answer = /\{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(cls));
    answers.set(cls, answer);
  }
  return answer;
}
