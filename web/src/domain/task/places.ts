import type { MenuLine } from '../../lib/parts.ts';

export const places: MenuLine[] = [
  { address: '/tasks', job: 'now', rank: 40, letter: 't' },
];
