/** Prompts as a trie of token runs: what several prompts begin with is kept, and computed, once.
 *  Causal attention makes a token's activations a function of the tokens up to it, so equal beginnings have
 *  equal activations. A segment is a run of tokens in which no prompt leaves, ends or is cut. */

/** One prompt and the positions at which a new segment must begin whatever the others do. */
export interface CutPrompt {
  tokens: readonly number[];
  cuts: readonly number[];
}

export interface Segment {
  readonly id: number;
  readonly tokens: number[];
  /** Position of the first token. */
  readonly start: number;
  readonly parent: Segment | null;
  /** Number of ancestors. */
  readonly depth: number;
}

interface Node {
  token: number;
  parent: Node | null;
  position: number;
  children: Map<number, Node>;
  /** A segment ends here. */
  ends: boolean;
  segment: Segment | null;
}

export interface SegmentTrie {
  /** Parents before children. */
  segments: readonly Segment[];
  /** For each prompt the segments from its first token to its last. */
  paths: readonly (readonly Segment[])[];
}

/** The trie of `prompts`, each of at least one token.
 *  @example segmentTrie([{ tokens: [1, 2], cuts: [] }, { tokens: [1, 3], cuts: [] }]).segments.length // 3 */
export function segmentTrie(prompts: readonly CutPrompt[]): SegmentTrie {
  const root = newNode(-1, null);
  const nodes: Node[] = [];
  const ends = prompts.map(({ tokens, cuts }) => {
    const cut = new Set(cuts);
    let node = root;
    for (const token of tokens) {
      if (cut.has(node.position + 1)) node.ends = true;
      let child = node.children.get(token);
      if (!child) {
        child = newNode(token, node);
        node.children.set(token, child);
        nodes.push(child);
      }
      node = child;
    }
    node.ends = true;
    return node;
  });

  const segments: Segment[] = [];
  for (const node of nodes) {
    const above = node.parent as Node;
    if (above.segment && !above.ends && above.children.size === 1) {
      node.segment = above.segment;
      node.segment.tokens.push(node.token);
      continue;
    }
    node.segment = {
      id: segments.length,
      tokens: [node.token],
      start: node.position,
      parent: above.segment,
      depth: above.segment ? above.segment.depth + 1 : 0,
    };
    segments.push(node.segment);
  }
  return { segments, paths: ends.map((node) => pathTo(node.segment)) };
}

function newNode(token: number, parent: Node | null): Node {
  return {
    token,
    parent,
    position: parent ? parent.position + 1 : -1,
    children: new Map(),
    ends: false,
    segment: null,
  };
}

/** The segments from the first token down to `segment`. */
export function pathTo(segment: Segment | null): Segment[] {
  const path: Segment[] = [];
  for (let at = segment; at; at = at.parent) path.push(at);
  return path.reverse();
}
