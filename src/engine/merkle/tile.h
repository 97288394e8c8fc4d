/* Tiles: 256 neighbouring hashes of one height, a multiple of 8, as C2SP tlog-tiles serves them. */
#ifndef ENGINE_MERKLE_TILE_H
#define ENGINE_MERKLE_TILE_H

#include "engine/merkle/merkle.h"

enum {
    TILE_HEIGHT = 8,
    TILE_WIDTH = 1 << TILE_HEIGHT,
    TILE_BYTES = TILE_WIDTH * MERKLE_HASH_LEN,
    TILE_LEVELS = 8 /* level 7 holds subtrees of 2^56 leaves */
};

/* Hashes at `level` of a tree of `size` leaves: floor(size / 256^level). */
int64_t tile_hashes(int64_t size, unsigned level);

/* Width (1 to 256) of tile `index` at `level` in a tree of `size` leaves; 0: it does not exist. */
unsigned tile_width(int64_t size, unsigned level, int64_t index);

/* The path below the log's prefix: "tile/0/x001/x234/067", "tile/1/000.p/17", and for the entries
 * "tile/entries/000.p/3" (level TILE_ENTRIES). NUL-terminated. */
enum { TILE_ENTRIES = 64, TILE_PATH_MAX = 64 };
struct tile_path {
    char text[TILE_PATH_MAX];
};
struct tile_path tile_path(unsigned level, int64_t index, unsigned width);

/* The root of the 2^height hashes beginning at `first` in a tile (height <= 8). */
struct merkle_hash tile_subtree(struct merkle *m, const struct merkle_hash *hashes, unsigned first,
                                unsigned height);

/* The right edge of a tree kept in tiles: the hashes of the tiles that are not full yet, one a
 * level. A tile's root falls out of appending, so that keeping tiles costs no hash more than the
 * tree. */
struct tile_edge {
    struct merkle_frontier frontier;
    struct merkle_hash hashes[TILE_LEVELS][TILE_WIDTH];
};

/* Append a leaf. Gives how many tiles it completed: those at levels 0, 1, …, whose hashes stand in
 * `hashes` until the next call, and whose roots are left in ret_roots. */
unsigned tile_edge_push(struct merkle *m, struct tile_edge *edge, const struct merkle_hash *leaf,
                        struct merkle_hash ret_roots[TILE_LEVELS]);

#endif
