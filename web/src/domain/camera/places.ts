import type { MenuLine } from '../../lib/parts.ts';

export const places: MenuLine[] = [
  { address: '/cameras', job: 'devices', rank: 20, letter: 'c' },
];
