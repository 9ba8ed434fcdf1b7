/**
 * Owns: ending the process it is loaded into, at the point that the environment names.
 * Does not own: who starts that process (crash.ts).
 */
import { subscribe } from "node:diagnostics_channel";
import type { EngineEvent } from "../engine/channel.ts";
import { type CrashPoint, crashVariable } from "./crash.ts";

const at = JSON.parse(process.env[crashVariable] ?? "null") as CrashPoint | null;

if (at !== null) {
  const { point, detail, count } = at;
  let left = count ?? 1;
  subscribe("coldframe:engine", (message) => {
    const event = message as EngineEvent;
    if (point !== undefined && event.point !== point) return;
    if (detail !== undefined && !event.detail.includes(detail)) return;
    if (--left === 0) process.kill(process.pid, "SIGKILL");
  });
}
