/**
 * Owns: how tasks, their promises and what they wait for are stored: the kinds that this room adds to snapshots.
 * Does not own: the bytes (docs/formats.md, snapshot/).
 *
 * I1 A promise is one from the moment its shell exists; a task that had settled settles again when the graph is whole.
 * I2 A pending task can be stored only with its run: whatever else kept it would wait for ever.
 * I3 Of a task that is fulfilled nothing is left but its value: that stands with its promise, and takes no node of its own.
 */
import { type Frame, isFrame, metaOf } from "../frame.ts";
import type { NodeWriter } from "../snapshot/graph-writer.ts";
import { addKind, addRecord } from "../snapshot/kinds.ts";
import type { NodeReader } from "../snapshot/node-reader.ts";
import { elementsOf } from "../snapshot/own-fields.ts";
import { tags } from "../snapshot/tags.ts";
import { combinators } from "./combinators/index.ts";
import { hasOwnConstructor, TaskPromise } from "./promise.ts";
import { Call, Combination, Lost, Operation, Reaction, Task, type TaskState, type Work } from "./task.ts";

addRecord<Call>({
  name: "call",
  prototype: Call.prototype,
  fields: ["fn", "self", "args", "text", "key"],
  make: () => new Call(undefined, undefined, [], ""),
  isSound: ({ args, text, key }) => Array.isArray(args) && typeof text === "string" && typeof key === "string",
});
addRecord<Combination>({
  name: "combination",
  prototype: Combination.prototype,
  fields: ["kind", "items", "values", "left"],
  make: () => new Combination("all"),
  isSound(work, graph) {
    const { kind, items, values, left } = work;
    graph.finally(() => {
      // Arrays of its own: it writes into them, and these may be a module's.
      const [ownItems, ownValues] = [elementsOf(items), elementsOf(values)];
      const open = ownItems?.filter((item) => item !== undefined).length;
      if (ownItems === undefined || ownValues?.length !== ownItems.length || open !== left)
        throw graph.corrupt("what a combination waits for");
      work.items = ownItems;
      work.values = ownValues;
    });
    return Object.hasOwn(combinators, kind);
  },
});
addRecord<Reaction>({
  name: "reaction",
  prototype: Reaction.prototype,
  fields: ["yes", "no", "isFinal", "hasRun", "mode", "value"],
  make: () => new Reaction(undefined, undefined, false),
  isSound: ({ isFinal, hasRun, mode }) =>
    typeof isFinal === "boolean" && typeof hasRun === "boolean" && (mode === 0 || mode === 1 || mode === 2),
});
addRecord<Operation>({
  name: "operation",
  prototype: Operation.prototype,
  fields: ["name", "data"],
  make: () => new Operation("", undefined),
  isSound: ({ name }) => typeof name === "string",
});
addRecord<Lost>({
  name: "lost",
  prototype: Lost.prototype,
  fields: ["text"],
  make: () => new Lost(""),
  isSound: ({ text }) => typeof text === "string",
});

const works = [Call, Combination, Operation, Reaction];

/** The frame on top of a task's stack: of an async function, or of an async generator that somebody has asked. */
function leafOf(value: unknown, node: NodeReader): Frame {
  if (typeof value !== "object" || value === null || !isFrame(value) || ![0, 4].includes(metaOf(value).kind))
    throw node.corrupt("a frame is missing");
  node.graph.stacks.top(value);
  return value;
}

function checkStorable(task: Task, writer: NodeWriter): void {
  if (task.state !== 0 || task.scheduler?.isStored) return;
  const advice = "await it first, and keep its result; what it belongs to goes on without what keeps it";
  writer.refuse("a promise of a durable call, outside of the run that it belongs to,", advice); // I2
}

addKind<TaskPromise>({
  name: "promise",
  tag: tags.named,
  prototypes: [TaskPromise.prototype],
  is: (value) => TaskPromise.taskOf(value) !== null,
  encode(promise, writer) {
    const task = TaskPromise.taskOf(promise) as Task;
    checkStorable(task, writer);
    if (task.state === 1) writer.value(true); // I3
    writer.value(task.state === 1 ? task.value : task);
  },
  allocate: () => new TaskPromise(null),
  fill(promise, node) {
    // What listens to a promise with a `constructor` of its own is not heard (promise.ts I1); it gets that when it has been filled.
    node.graph.finally(() => {
      if (hasOwnConstructor(promise)) TaskPromise.enliven(promise);
    });
    if (node.size === 1) {
      const task = node.value(0);
      if (!(task instanceof Task) || task.hasPromise) throw node.corrupt("a promise without its task");
      task.adoptPromise(promise);
      return;
    }
    if (node.size !== 2 || node.value(0) !== true) throw node.corrupt("a promise of another form");
    const task = new Task(null);
    task.adoptPromise(promise);
    const value = node.value(1);
    node.graph.finally(() => task.settle(0, value));
  },
  edges: (promise) => [["", TaskPromise.taskOf(promise)]],
});

addKind<Task>({
  name: "task",
  tag: tags.named,
  prototypes: [Task.prototype],
  isSelfContained: true,
  is: (value) => value instanceof Task,
  encode(task, writer) {
    checkStorable(task, writer);
    task.scheduler?.met?.tasks.add(task);
    writer.value(task.id);
    writer.value(task.state);
    writer.value(task.value);
    writer.value(task.leaf);
    writer.value(task.work);
    writer.value(task.observed);
    const unheard = task.scheduler?.met?.unheard;
    for (let waiter = task.firstWaiter; waiter !== null; waiter = waiter.next) {
      if (waiter.task.state !== 0 || unheard?.has(waiter.task)) continue;
      writer.value(waiter.task);
      writer.value(waiter.index);
    }
  },
  allocate: () => new Task(null),
  fill(task, node) {
    task.id = node.int(0, 0, Number.MAX_SAFE_INTEGER);
    const state = node.int(1, 0, 2) as TaskState;
    const value = node.value(2);
    const [leaf, work] = [node.value(3), node.value(4)];
    task.leaf = leaf === null ? null : leafOf(leaf, node);
    if (work !== null && (leaf !== null || !works.some((cls) => work instanceof cls)))
      throw node.corrupt("a task of nothing known");
    task.work = work as Work;
    if (state !== 0 && (leaf !== null || node.size > 6)) throw node.corrupt("a settled task that waits");
    for (let index = 6; index < node.size; index += 2) {
      const waiter = node.value(index);
      if (!(waiter instanceof Task)) throw node.corrupt("a task that wakes what is none");
      task.addWaiter(waiter, node.int(index + 1, -1, 2 ** 32));
    }
    task.observed = node.bool(5);
    if (state === 0) {
      task.value = value;
      node.graph.pending.push(task);
    } else node.graph.finally(() => task.settle(state === 1 ? 0 : 1, value));
  },
});
