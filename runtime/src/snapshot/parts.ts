/**
 * Owns: the parts of a graph whose nodes reach each other (Tarjan, "Depth-first search and linear graph algorithms", 1972), inner
 *   ones first.
 *
 * I1 Time is linear in nodes and references; the stack is our own.
 */

/**
 * Visits every part that can be reached, each once, after all that it reaches.
 *
 * @param roots places to begin at
 * @param count number of places
 * @param next the places that one refers to
 */
export function visitParts(
  roots: readonly number[],
  count: number,
  next: (place: number) => readonly number[],
  visit: (part: number[]) => void,
): void {
  const order = new Int32Array(count); // 0: not met; -1: its part has been visited
  const lowest = new Int32Array(count);
  const open: number[] = [];
  const path: { place: number; to: readonly number[]; at: number }[] = [];
  let met = 0;
  const enter = (place: number): void => {
    order[place] = lowest[place] = ++met;
    open.push(place);
    path.push({ place, to: next(place), at: 0 });
  };
  const lower = (place: number, to: number): void => {
    if (to < (lowest[place] as number)) lowest[place] = to;
  };
  for (const root of roots) {
    if (order[root] === 0) enter(root);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const to = top.to[top.at++];
      if (to !== undefined) {
        if (order[to] === 0) enter(to);
        else if (order[to] !== -1) lower(top.place, order[to] as number);
        continue;
      }
      path.pop();
      const { place } = top;
      const above = path.at(-1);
      if (above !== undefined && lowest[place] !== order[place]) lower(above.place, lowest[place] as number);
      if (lowest[place] !== order[place]) continue;
      let from = open.length - 1;
      while (open[from] !== place) from--;
      const part = open.splice(from);
      for (const member of part) order[member] = -1;
      visit(part);
    }
  }
}
