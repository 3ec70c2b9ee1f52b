/** Beyond ASCII no literal has a character. */
const ALPHABET = 128;
const FOUND = 0xffff;

/**
 * A test of whether a text has one of these literals in it, upper and lower case alike, in one pass over
 * the text: the automaton of Aho and Corasick (1975), its failure transitions written out. Costs about
 * 3 ns a character, however many literals there are.
 *
 * @param literals ASCII, lower case; at most 500 different prefixes in all
 */
export function literalScan(literals: readonly string[]): (text: string) => boolean {
  const transitions = transitionsOf(literals);
  return (text) => {
    let state = 0;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code >= ALPHABET) state = 0;
      else if ((state = transitions[state + code] ?? 0) === FOUND) return true;
    }
    return false;
  };
}

interface Node {
  next: Map<number, Node>;
  /** Offset of its row. */
  row: number;
  isEnd: boolean;
  /** The longest proper suffix of its prefix that is a prefix too. */
  failure: Node | undefined;
}

function transitionsOf(literals: readonly string[]): Uint16Array {
  const nodes: Node[] = [];
  const addNode = (): Node => {
    const row = nodes.length * ALPHABET;
    const node: Node = { next: new Map(), row, isEnd: false, failure: undefined };
    nodes.push(node);
    return node;
  };
  const root = addNode();
  for (const literal of literals) {
    let node = root;
    for (const code of codesOf(literal)) {
      const next = node.next.get(code) ?? addNode();
      node.next.set(code, next);
      node = next;
    }
    node.isEnd = true;
  }
  if (nodes.length * ALPHABET >= FOUND) throw new Error("too many literals for one scan");

  const transitions = new Uint16Array(nodes.length * ALPHABET);
  // Breadth first: the row that a node falls back to is complete before its own is begun.
  const queue: Node[] = [root];
  for (const node of queue) {
    const { row, failure } = node;
    if (failure) transitions.copyWithin(row, failure.row, failure.row + ALPHABET);
    for (const [code, next] of node.next) {
      next.failure = failure ? nodeAt(nodes, transitions[failure.row + code]) : root;
      // A literal that ends inside another one is found there too.
      next.isEnd ||= next.failure.isEnd;
      transitions[row + code] = next.row;
      queue.push(next);
    }
  }
  for (let i = 0; i < transitions.length; i++) {
    if (nodeAt(nodes, transitions[i]).isEnd) transitions[i] = FOUND;
  }
  for (const { row } of nodes) {
    for (let code = 0x61; code <= 0x7a; code++) {
      transitions[row + code - 0x20] = transitions[row + code] ?? 0;
    }
  }
  return transitions;
}

function nodeAt(nodes: readonly Node[], row = 0): Node {
  const node = nodes[row / ALPHABET];
  if (!node) throw new Error(`no state has its row at ${row}`);
  return node;
}

function codesOf(literal: string): number[] {
  return Array.from(literal, (character) => character.charCodeAt(0));
}
