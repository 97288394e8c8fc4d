import type { MenuLine } from '../../lib/parts.ts';

export const places: MenuLine[] = [
  { address: '/tripwires', job: 'threats', rank: 40, letter: 'x' },
];
