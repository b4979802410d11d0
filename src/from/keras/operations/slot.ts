/** Stands in a call's arguments where a file has a tensor: the node's input of this index. */
export class Slot {
  constructor(readonly index: number) {}
}

/** A call's arguments, as a file has them, with slots for tensors. What a node of an operation has as its options. */
export interface CallArguments {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}
