export function sum(n: number): Promise<number>;
export function nest(n: number): Promise<number>;
export let tick: (i: number) => unknown;
export function setTick(value: (i: number) => unknown): void;
