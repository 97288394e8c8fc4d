import type { MenuLine } from '../../lib/parts.ts';

export const places: MenuLine[] = [
  { address: '/levels', job: 'threats', rank: 10, letter: 'v' },
];
