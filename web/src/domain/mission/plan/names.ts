// Where names stand on a plan: each at its place, none over another. The gravest are placed first;
// what finds no room keeps its mark alone. Pure; widths are measured by whoever draws.
import type { Box, Point, Size } from './view.ts';

export interface Wanted {
  id: string;
  at: Point;
  /** The name on one line, on two; each with its width. */
  ways: { lines: string[]; width: number }[];
  /** How much is before the name: the mark, a lock. */
  before: number;
  line: number;
  /** What it names, on the screen: a name that is larger would seem to name what is beside it. */
  room: Box | undefined;
  /** It stands whatever it covers: an alarm, what was chosen. */
  must: boolean;
}
export interface Placed {
  id: string;
  at: Point;
  box: Box;
  lines: string[];
}

/** Lines of a name are so far apart, by the size of its letters. */
export const LINE = 1.3;
/** How large what stands on a plan is, by the size of the text around it. */
export function sizesOf(em: number) {
  const [mark, lock] = [0.95 * em, 0.8 * em];
  const marks = ({ verdict, armed }: { verdict: unknown; armed: boolean }) =>
    (verdict ? mark + 4 : 0) + (armed ? lock + 3 : 0);
  return { zone: 0.82 * em, room: 0.68 * em, device: 0.85 * em, mark, lock, marks };
}

const MARGIN = 4;
/** So many lines further up or down is still at its place. */
const offsets = [0, -1, 1, -2, 2];

const covers = (one: Box, other: Box) =>
  one.left < other.right &&
  one.right > other.left &&
  one.top < other.bottom &&
  one.bottom > other.top;

function boxAt([x, y]: Point, width: number, height: number): Box {
  return {
    left: x - width / 2,
    top: y - height / 2,
    right: x + width / 2,
    bottom: y + height / 2,
  };
}

const slid = (box: Box, dx: number, dy: number): Box => ({
  left: box.left + dx,
  right: box.right + dx,
  top: box.top + dy,
  bottom: box.bottom + dy,
});
/** How far it has to go to lie between these. */
const over = (low: number, high: number, from: number, to: number) =>
  Math.max(0, from - low) + Math.min(0, to - high);

/** Moved so that all of it is in the frame. */
const within = (box: Box, { width, height }: Size): Box =>
  slid(
    box,
    over(box.left, box.right, MARGIN, width - MARGIN),
    over(box.top, box.bottom, MARGIN, height - MARGIN),
  );

/** Moved to the side so that it is over what it names, if that is wide enough. */
function overRoom(box: Box, room: Box | undefined): Box {
  if (!room || box.right - box.left > room.right - room.left) return box;
  return slid(box, over(box.left, box.right, room.left, room.right), 0);
}

function placeOne(one: Wanted, size: Size, taken: Box[]): Placed {
  const free = (box: Box) => !taken.some((other) => covers(box, other));
  const put = (way: { lines: string[]; width: number }, offset: number): Placed => {
    const height = Math.max(1, way.lines.length) * one.line + 4;
    const at: Point = [one.at[0], one.at[1] + offset * one.line];
    const box = within(overRoom(boxAt(at, one.before + way.width + 9, height), one.room), size);
    return { id: one.id, box, lines: way.lines, at: middleOf(box) };
  };
  const fits = ({ box }: Placed) =>
    free(box) &&
    (one.must ||
      !one.room ||
      (box.right - box.left <= 1.05 * (one.room.right - one.room.left) &&
        box.top >= one.room.top - 2 &&
        box.bottom <= one.room.bottom + 2));
  for (const way of one.ways)
    for (const offset of offsets) {
      const placed = put(way, offset);
      if (fits(placed)) return placed;
    }
  const [whole] = one.ways;
  if (one.must && whole) return put(whole, 0);
  // The mark alone, where it covers least.
  const slim = offsets.map((offset) => put({ lines: [], width: 0 }, offset));
  return slim.find(({ box }) => free(box)) ?? (slim[0] as Placed);
}

const middleOf = (box: Box): Point => [(box.left + box.right) / 2, (box.top + box.bottom) / 2];

/** Names in the order in which they were given, each where there is room. What is not in the frame
 * is left out, but for what must stand: that is named at the edge that it lies behind. */
export function placeNames(wanted: Wanted[], size: Size, taken: Box[] = []): Placed[] {
  const boxes = [...taken];
  const placed: Placed[] = [];
  for (const one of wanted) {
    const [x, y] = one.at;
    const away = x < 0 || y < 0 || x > size.width || y > size.height;
    if (away && !one.must) continue;
    const found = placeOne(one, size, one.must ? boxes.slice(taken.length) : boxes);
    boxes.push(found.box);
    placed.push(found);
  }
  return placed;
}

/** A name on two lines, as even as its words allow; undefined when it is one word. */
export function halved(name: string): [string, string] | undefined {
  const words = name.split(' ').filter((word) => word !== '');
  let best: { uneven: number; halves: [string, string] } | undefined;
  for (let i = 1; i < words.length; i++) {
    const halves: [string, string] = [words.slice(0, i).join(' '), words.slice(i).join(' ')];
    const uneven = Math.abs(halves[0].length - halves[1].length);
    if (!best || uneven < best.uneven) best = { uneven, halves };
  }
  return best?.halves;
}
