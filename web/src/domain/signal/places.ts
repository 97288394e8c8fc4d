import type { MenuLine } from '../../lib/parts.ts';

export const places: MenuLine[] = [
  { address: '/signals', job: 'evidence', rank: 20, letter: 'j' },
];
