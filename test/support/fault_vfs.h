/* A disk under SQLite that fails when it is told to: the nth writing call returns an error, or the
 * nth sync is where the power goes, with what was not synced kept, lost or torn sector by sector.
 */
#ifndef SUPPORT_FAULT_VFS_H
#define SUPPORT_FAULT_VFS_H

#include <stdbool.h>
#include <stdint.h>

struct fault_vfs;

/* It becomes the disk of every database opened until it is closed. */
struct fault_vfs *fault_vfs_open(void);
void fault_vfs_close(struct fault_vfs *vfs);

/* The nth call from now that writes, syncs, cuts, deletes or makes a file fails; with `lasting` all
 * after it too. `full`: it says that the disk is full. */
void fault_vfs_fail(struct fault_vfs *vfs, unsigned nth, bool lasting, bool full);

/* At the nth sync from now the power goes. Until fault_vfs_calm nothing works any more. */
void fault_vfs_crash(struct fault_vfs *vfs, unsigned nth, uint64_t seed);

/* Everything works again. Gives whether the armed fault has happened. */
bool fault_vfs_calm(struct fault_vfs *vfs);

#endif
