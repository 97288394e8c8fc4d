import type { MenuLine } from '../../lib/parts.ts';

export const places: MenuLine[] = [
  { address: '/routines', job: 'now', rank: 30, setup: true },
  { address: '/holidays', job: 'now', rank: 40, setup: true },
];
