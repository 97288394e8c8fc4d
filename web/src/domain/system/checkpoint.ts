// A signed checkpoint (C2SP tlog-checkpoint): origin, size, root hash, each on a line of its own.
export function rootOf(checkpoint: string): string {
  return checkpoint.split('\n')[2] ?? '';
}
