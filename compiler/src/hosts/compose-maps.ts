// Owns: one map out of two, for hosts in which another compiler comes after ours.
// Does not own: the maps themselves.
import remapping from "@jridgewell/remapping";
import type { RawMap } from "../index.ts";

/**
 * Composes two maps over one file: the one of a later compiler over the one of ours.
 * @param later map from the final text to what we handed on
 * @param ours map from what we handed on to the user's source
 * @param content the user's source, for a `later` map that carries its sources
 * @returns map from the final text to the user's source; file, root and name of the source are those of `later`
 */
export function composeMaps(later: RawMap, ours: RawMap, content: string): RawMap {
  // Both maps may call the file by the same name: without the depth, our own source would be looked up for ever.
  const composed = remapping({ ...later, sourceRoot: undefined } as never, (_, { depth }) =>
    depth === 1 ? (ours as never) : null,
  );
  const { mappings, names } = JSON.parse(composed.toString()) as RawMap;
  const map: RawMap = { ...later, names, mappings };
  if (later.sourcesContent) map.sourcesContent = [content];
  return map;
}
