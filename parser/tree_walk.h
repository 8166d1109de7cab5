#pragma once
/// \file
/// A pre-order walk over a tree-sitter tree at half of the public cursor's cost.
///
/// TSTreeCursor keeps points, descendant counts and alias states that flattening does not need:
/// with it the walk took 23 % of the time of parse(), with this 12 %. tree_walk.c reads
/// tree-sitter's own headers, which come with the pinned sources; a test compares it with the
/// cursor node by node. C, because those headers are.

#ifdef __cplusplus
extern "C" {
#endif

struct TSTree;

/// One visible node.
typedef struct DgWalkNode {
  unsigned begin, end;    // Bytes.
  unsigned depth;         // 0 for the root.
  unsigned short symbol;  // As ts_node_symbol().
  unsigned short field;   // As ts_tree_cursor_current_field_id(); 0 for none.
  unsigned char missing;  // 0 or 1, as all truth values here.
  unsigned char has_children;
} DgWalkNode;

typedef struct DgTreeWalk DgTreeWalk;

/// A walk keeps its stack, on the heap, between trees.
DgTreeWalk* dg_tree_walk_new(void);
void dg_tree_walk_delete(DgTreeWalk* walk);
/// Begins at the tree's root. The tree must outlive the walk over it.
void dg_tree_walk_start(DgTreeWalk* walk, const struct TSTree* tree);
/// The next node in pre-order, or 0 at the end.
int dg_tree_walk_next(DgTreeWalk* walk, DgWalkNode* node);
/// Leaves out what is below the node that next() gave last.
void dg_tree_walk_skip(DgTreeWalk* walk);

#ifdef __cplusplus
}
#endif
