import type { MenuLine } from '../../lib/parts.ts';

export const places: MenuLine[] = [
  { address: '/persons', job: 'people', rank: 10, letter: 'd' },
  { address: '/agencies', job: 'people', rank: 10, setup: true },
];
