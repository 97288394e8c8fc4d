import type { MenuLine } from '../../lib/parts.ts';

export const places: MenuLine[] = [
  { address: '/escalations', job: 'now', rank: 20, setup: true },
];
