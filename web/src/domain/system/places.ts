import type { MenuLine } from '../../lib/parts.ts';

export const places: MenuLine[] = [
  {
    address: '/ledger',
    word: 'place.ledger',
    job: 'evidence',
    rank: 90,
    letter: 'l',
    may: 'ledger.read',
  },
];
