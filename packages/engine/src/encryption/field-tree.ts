import { namesIn } from '../job/field-paths.js';

/** Encrypted fields by name, with those inside them. */
export type FieldTree = ReadonlyMap<string, FieldNode>;

export interface FieldNode {
  /** Whether the field as a whole is encrypted. */
  readonly isEncrypted: boolean;
  /** The encrypted fields inside it. */
  readonly fields: FieldTree;
}

/** Returns paths as a tree. */
export function fieldTree(paths: readonly string[]): FieldTree {
  return treeOf(paths.map(namesIn));
}

function treeOf(paths: readonly (readonly string[])[]): FieldTree {
  const names = new Set(paths.flatMap(([name]) => name ?? []));
  return new Map([...names].map((name) => [name, nodeOf(paths.filter(([one]) => one === name))]));
}

/** @param paths those that begin with the node's name */
function nodeOf(paths: readonly (readonly string[])[]): FieldNode {
  const inner = paths.map((path) => path.slice(1));
  return {
    isEncrypted: inner.some(({ length }) => length === 0),
    fields: treeOf(inner.filter(({ length }) => length > 0)),
  };
}
