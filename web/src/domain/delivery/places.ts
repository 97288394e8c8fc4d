import type { MenuLine } from '../../lib/parts.ts';

export const places: MenuLine[] = [
  { address: '/outlets', job: 'devices', rank: 40, setup: true },
];
