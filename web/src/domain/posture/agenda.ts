import { t } from '../../lib/i18n.svelte.ts';
import type { Comes } from '../../situation/parts.ts';
import { askLevel } from './level.svelte.ts';

export const comes: Comes[] = [
  {
    may: 'mission.read',
    concerns: (event) => event.record?.startsWith('level/') ?? false,
    ask: async (_from, to) => {
      const until = String((await askLevel())?.record['until'] ?? '');
      const soon = until !== '' && Date.parse(until) <= to.getTime();
      return soon ? [{ key: 'level', at: until, what: t('level.ends'), href: '/levels' }] : [];
    },
  },
];
