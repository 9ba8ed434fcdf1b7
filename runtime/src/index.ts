/** The public names of `@coldframe/runtime`. */
export { Coroutine, type CoroutineResult, coroutine } from "./coroutine.ts";
export { ColdframeError, isColdframeError } from "./errors.ts";
