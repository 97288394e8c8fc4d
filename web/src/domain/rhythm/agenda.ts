import { get } from '../../lib/api.ts';
import type { Comes } from '../../situation/parts.ts';
import type { Answers } from '#types/api.d.ts';

export const comes: Comes[] = [
  {
    may: 'rhythm.read',
    concerns: ({ kind }) => kind.startsWith('rhythm.') || kind.startsWith('routine.'),
    ask: async (_from, to) => {
      const { items } = await get<Answers['GET rhythms']>('rhythms?limit=200');
      return items
        .filter(({ due, routine }) => routine && due && Date.parse(due) <= to.getTime())
        .map(({ id, due, name }) => ({
          key: `rhythm/${id}`,
          at: due,
          what: name,
          href: `/routines/${encodeURIComponent(id)}`,
        }));
    },
  },
];
