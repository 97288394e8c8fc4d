// What asks for somebody's attention on every page, wherever it comes from: counted in the title
// of the page, and called in its head.
class Attention {
  /** Alarms that nobody has answered. */
  waiting = $state(0);
  /** The one that is shown on the page; "" for none. */
  selected = $state('');
  /** The page shows one itself when it is chosen in the head. Null: Post One is opened for it. */
  choose = $state.raw<((id: string) => void) | null>(null);
}

export const attention = new Attention();
