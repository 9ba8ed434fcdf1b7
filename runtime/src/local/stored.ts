/**
 * Owns: how tasks, their promises and what they wait for are stored: the kinds that this room adds to snapshots.
 * Does not own: the bytes (docs/formats.md, snapshot/).
 *
 * I1 A promise is one from the moment its shell exists; a task that had settled settles again when the graph is whole.
 * I2 A pending task can be stored only with its run: whatever else kept it would wait for ever.
 * I3 Of a task that is fulfilled nothing is left but its value: that stands with its promise, and takes no node of its own.
 */
import type { NodeWriter } from "../snapshot/graph-writer.ts";
import { addKind, addRecord } from "../snapshot/kinds.ts";
import { tags } from "../snapshot/tags.ts";
import { TaskPromise } from "./promise.ts";
import { Call, Combination, Lost, Operation, Reaction, Task, type TaskState, type Work } from "./task.ts";

addRecord<Call>({
  name: "call",
  prototype: Call.prototype,
  fields: ["fn", "self", "args", "text", "key"],
  make: () => new Call(undefined, undefined, [], ""),
});
addRecord<Combination>({
  name: "combination",
  prototype: Combination.prototype,
  fields: ["kind", "items", "values", "left"],
  make: () => new Combination("all"),
});
addRecord<Reaction>({
  name: "reaction",
  prototype: Reaction.prototype,
  fields: ["yes", "no", "isFinal", "hasRun", "mode", "value"],
  make: () => new Reaction(undefined, undefined, false),
});
addRecord<Operation>({
  name: "operation",
  prototype: Operation.prototype,
  fields: ["name", "data"],
  make: () => new Operation("", undefined),
});
addRecord<Lost>({ name: "lost", prototype: Lost.prototype, fields: ["text"], make: () => new Lost("") });

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
    if (node.size === 1) {
      const task = node.value(0);
      if (!(task instanceof Task)) throw node.corrupt("a promise without its task");
      task.adoptPromise(promise);
      return;
    }
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
    task.scheduler?.reached?.add(task);
    writer.value(task.id);
    writer.value(task.state);
    writer.value(task.value);
    writer.value(task.leaf);
    writer.value(task.work);
    writer.value(task.observed);
    for (let waiter = task.firstWaiter; waiter !== null; waiter = waiter.next) {
      writer.value(waiter.task);
      writer.value(waiter.index);
    }
  },
  allocate: () => new Task(null),
  fill(task, node) {
    task.id = node.int(0, 0, Number.MAX_SAFE_INTEGER);
    const state = node.int(1, 0, 2) as TaskState;
    const value = node.value(2);
    const leaf = node.value(3);
    task.leaf = leaf === null ? null : node.graph.frame(leaf, node);
    task.work = node.value(4) as Work;
    for (let index = 6; index < node.size; index += 2)
      task.addWaiter(node.value(index) as Task, node.int(index + 1, -1, 2 ** 32));
    task.observed = node.bool(5);
    if (state === 0) task.value = value;
    else node.graph.finally(() => task.settle(state === 1 ? 0 : 1, value));
  },
});
