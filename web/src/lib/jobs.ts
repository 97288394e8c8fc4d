// The menu is made of jobs, never of nouns, and is the same for everybody: what somebody may not
// see is left out. A domain says in its places.ts under which job its lines stand.
export const jobs = [
  'now',
  'people',
  'places',
  'threats',
  'devices',
  'evidence',
  'admin',
] as const;
export type Job = (typeof jobs)[number];

/** Lines of one job in the menu. */
export const LINES_MOST = 5;
