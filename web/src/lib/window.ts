// Which rows of a long table are in the document: those in sight and some beyond each edge.
export function windowOf(top: number, height: number, row: number, count: number, margin = 15) {
  const from = Math.max(0, Math.min(count, Math.floor(top / row) - margin));
  const to = Math.min(count, Math.ceil((top + height) / row) + margin);
  return { from, to: Math.max(from, to) };
}
