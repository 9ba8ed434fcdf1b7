/** The public names of `@coldframe/runtime/testing`. */

export { FakeClock } from "./clock.ts";
export { type CrashOptions, type CrashPoint, type CrashResult, crash } from "./crash.ts";
export { type CutGenerator, type CutOptions, type CutResult, cut } from "./cut.ts";
export {
  type ConformanceTest,
  type StoreSubject,
  type StoreUnderTest,
  testStoreConformance,
} from "./store-conformance.ts";
