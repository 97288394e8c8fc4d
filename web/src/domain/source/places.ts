import type { MenuLine } from '../../lib/parts.ts';

export const places: MenuLine[] = [
  { address: '/sources', job: 'devices', rank: 10, letter: 'o' },
  { address: '/gaps', job: 'evidence', rank: 30, letter: 'q' },
];
