#include "parser/tree_walk.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "language.h"
#include "subtree.h"
#include "tree.h"

/// A node whose children are being visited, visible or not.
typedef struct {
  const Subtree* children;
  uint32_t count, index;
  uint32_t structural;  // The index without extras, as field maps and alias sequences count.
  uint32_t bytes;       // Where the previous child ended.
  const TSSymbol* aliases;
  const TSFieldMapEntry *fields, *fields_end;
  uint16_t field;  // Of a hidden node: what its children without a field of their own get.
  bool visible;
} Frame;

struct DgTreeWalk {
  const TSLanguage* language;
  Subtree root;
  Subtree last;  // The node given last, to be entered next; its children may be none.
  uint32_t last_begin;
  bool started, enter;
  Frame* frames;
  uint32_t size, capacity;
  uint32_t depth;
};

DgTreeWalk* dg_tree_walk_new(void) {
  DgTreeWalk* walk = calloc(1, sizeof(DgTreeWalk));
  if (walk == NULL) abort();
  return walk;
}

void dg_tree_walk_delete(DgTreeWalk* walk) {
  if (walk != NULL) free(walk->frames);
  free(walk);
}

void dg_tree_walk_start(DgTreeWalk* walk, const TSTree* tree) {
  walk->language = tree->language;
  walk->root = tree->root;
  walk->started = false;
  walk->enter = false;
  walk->size = 0;
  walk->depth = 0;
}

void dg_tree_walk_skip(DgTreeWalk* walk) {
  walk->enter = false;
}

static void push(DgTreeWalk* walk, Subtree node, uint32_t begin, uint16_t field, bool visible) {
  if (walk->size == walk->capacity) {
    walk->capacity = walk->capacity == 0 ? 256 : walk->capacity * 2;
    walk->frames = realloc(walk->frames, walk->capacity * sizeof(Frame));
    if (walk->frames == NULL) abort();
  }
  Frame* frame = &walk->frames[walk->size++];
  frame->children = ts_subtree_children(node);
  frame->count = node.ptr->child_count;
  frame->index = frame->structural = 0;
  frame->bytes = begin;
  frame->aliases = ts_language_alias_sequence(walk->language, node.ptr->production_id);
  ts_language_field_map(walk->language, node.ptr->production_id, &frame->fields,
                        &frame->fields_end);
  frame->field = field;
  frame->visible = visible;
  if (visible) walk->depth++;
}

static uint16_t field_of(const Frame* frame) {
  for (const TSFieldMapEntry* entry = frame->fields; entry < frame->fields_end; entry++) {
    if (!entry->inherited && entry->child_index == frame->structural) return entry->field_id;
  }
  return frame->field;
}

static void give(DgTreeWalk* walk, DgWalkNode* node, Subtree subtree, uint32_t begin, uint32_t size,
                 TSSymbol alias, uint16_t field) {
  node->begin = begin;
  node->end = begin + size;
  node->depth = walk->depth;
  node->symbol =
      ts_language_public_symbol(walk->language, alias != 0 ? alias : ts_subtree_symbol(subtree));
  node->field = field;
  node->missing = ts_subtree_missing(subtree);
  node->has_children = ts_subtree_child_count(subtree) > 0;
  walk->last = subtree;
  walk->last_begin = begin;
  walk->enter = node->has_children;
}

int dg_tree_walk_next(DgTreeWalk* walk, DgWalkNode* node) {
  if (!walk->started) {
    walk->started = true;
    const uint32_t begin = ts_subtree_padding(walk->root).bytes;
    give(walk, node, walk->root, begin, ts_subtree_size(walk->root).bytes, 0, 0);
    return 1;
  }
  if (walk->enter) {
    walk->enter = false;
    push(walk, walk->last, walk->last_begin, 0, true);
  }
  while (walk->size > 0) {
    Frame* frame = &walk->frames[walk->size - 1];
    if (frame->index == frame->count) {
      if (frame->visible) walk->depth--;
      walk->size--;
      continue;
    }
    const Subtree child = frame->children[frame->index];
    // A node begins where its first child does: that child's padding is the node's own.
    const uint32_t begin = frame->bytes + (frame->index == 0 ? 0 : ts_subtree_padding(child).bytes);
    const uint32_t size = ts_subtree_size(child).bytes;
    TSSymbol alias = 0;
    uint16_t field = 0;
    if (!ts_subtree_extra(child)) {
      if (frame->aliases != NULL) alias = frame->aliases[frame->structural];
      field = field_of(frame);
      frame->structural++;
    }
    frame->index++;
    frame->bytes = begin + size;
    if (alias != 0 || ts_subtree_visible(child)) {
      give(walk, node, child, begin, size, alias, field);
      return 1;
    }
    if (ts_subtree_child_count(child) > 0) push(walk, child, begin, field, false);
  }
  return 0;
}
