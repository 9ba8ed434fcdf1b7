/**
 * Owns: the root of a run's snapshot as one node (docs/formats.md, root of a run's snapshot).
 * Does not own: when a run is stored, and what of it (image.ts, restore.ts).
 *
 * I1 One node and no arrays: as nested plain objects it took a fifth of a step's time.
 * I2 Whatever the tokens are, what is read has the types that `Image` says.
 */
import type { Ready } from "../local/ready.ts";
import { Task } from "../local/task.ts";
import type { Mode } from "../realm.ts";
import type { NodeWriter } from "../snapshot/graph-writer.ts";
import { addKind } from "../snapshot/kinds.ts";
import type { NodeReader } from "../snapshot/node-reader.ts";
import { tags } from "../snapshot/tags.ts";
import type { Edge } from "../snapshot/types.ts";
import type { Image } from "./image.ts";
import type { StoredPlace } from "./lineage.ts";

/** An `Image` that a snapshot knows by its prototype. */
export class StoredRun {
  image: Image;

  constructor(image: Image) {
    this.image = image;
  }
}

addKind<StoredRun>({
  name: "run",
  tag: tags.named,
  prototypes: [StoredRun.prototype],
  isSelfContained: true,
  is: (value) => value instanceof StoredRun,
  encode({ image: { scheduler, places, unseen } }, writer) {
    writer.value(scheduler.root);
    writer.value(scheduler.nextId);
    writeTasks(writer, scheduler.tasks);
    writeTasks(writer, unseen);
    writeReady(writer, scheduler.ready);
    for (const place of places) writePlace(writer, place);
  },
  allocate: () =>
    new StoredRun({ scheduler: { root: new Task(null), tasks: [], ready: [], nextId: 0 }, places: [], unseen: [] }),
  fill(run, node) {
    run.image = new Cursor(node).image();
  },
  *edges({ image: { scheduler, unseen } }): Iterable<Edge> {
    for (const { task, value } of scheduler.ready)
      yield* [
        ["(a task)", task],
        [`(what ${task.id} goes on with)`, value],
      ] as Edge[];
    for (const task of [...scheduler.tasks, ...unseen]) yield ["(a task)", task];
  },
});

function writeTasks(writer: NodeWriter, tasks: readonly Task[]): void {
  writer.value(tasks.length);
  for (const task of tasks) writer.value(task);
}

function writeReady(writer: NodeWriter, ready: readonly Ready[]): void {
  writer.value(ready.length);
  for (const { task, mode, value } of ready) {
    writer.value(task);
    writer.value(mode);
    writer.value(value);
  }
}

function writePlace(writer: NodeWriter, { task, path, spawned, calls }: StoredPlace): void {
  writer.value(task);
  writer.value(path);
  writer.value(spawned);
  writer.value(calls.length);
  for (const [step, count] of calls) {
    writer.value(step);
    writer.value(count);
  }
}

/** Reads the tokens of a node one after the other (I2). */
class Cursor {
  readonly #node: NodeReader;
  #at = 0;

  constructor(node: NodeReader) {
    this.#node = node;
  }

  image(): Image {
    const root = this.#task();
    const nextId = this.#count();
    const tasks = this.#list(() => this.#task());
    const unseen = this.#list(() => this.#task());
    const ready = this.#list(() => ({ task: this.#task(), mode: this.#mode(), value: this.#node.value(this.#at++) }));
    const places: StoredPlace[] = [];
    while (this.#at < this.#node.size) places.push(this.#place());
    return { scheduler: { root, tasks, ready, nextId }, places, unseen };
  }

  #place(): StoredPlace {
    const [task, path, spawned] = [this.#task(), this.#node.text(this.#at++), this.#count()];
    return { task, path, spawned, calls: this.#list(() => [this.#node.text(this.#at++), this.#count()]) };
  }

  /** Each item takes a token at least: a count can't be larger than the node. */
  #list<T>(item: () => T): T[] {
    const length = this.#node.int(this.#at++, 0, this.#node.size);
    return Array.from({ length }, item);
  }

  #task(): Task {
    const task = this.#node.value(this.#at++);
    if (!(task instanceof Task)) throw this.#node.corrupt("a task is missing");
    return task;
  }

  #count(): number {
    return this.#node.int(this.#at++, 0, Number.MAX_SAFE_INTEGER);
  }

  #mode(): Mode {
    return this.#node.int(this.#at++, 0, 3) as Mode;
  }
}
