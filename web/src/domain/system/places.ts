import type { OwnPlace } from '../../lib/parts.ts';

export const places: OwnPlace[] = [
  {
    address: '/ledger',
    word: 'place.ledger',
    group: 'place.record',
    letter: 'l',
    rank: 70,
    may: 'ledger.read',
  },
];
