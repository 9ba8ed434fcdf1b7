/** The public names of `@coldframe/runtime`. */
export { restore, snapshot } from "./capture.ts";
export { Coroutine, type CoroutineResult, coroutine } from "./coroutine.ts";
export type { Duration } from "./engine/duration.ts";
export { type Engine, type ListOptions, open, type RunList, type StartOptions } from "./engine/engine.ts";
export type { StepContext } from "./engine/foreign.ts";
export type { Notice, NoticeKind } from "./engine/notice.ts";
export type { EngineOptions } from "./engine/options.ts";
export type { RollbackPolicy } from "./engine/parts.ts";
export type { RetryOptions } from "./engine/policy.ts";
export type { Run, RunInfo } from "./engine/run.ts";
export { sleep } from "./engine/sleep.ts";
export { type StepOptions, step, stepContext } from "./engine/step.ts";
export { ColdframeError, isColdframeError } from "./errors.ts";
