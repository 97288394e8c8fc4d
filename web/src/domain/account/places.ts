import type { OwnPlace } from '../../lib/parts.ts';

export const places: OwnPlace[] = [
  { address: '/me', word: 'place.account', group: 'place.record', letter: 'y', rank: 80 },
];
