import { get } from '../../lib/api.ts';
import type { Waits } from '../../situation/parts.ts';
import { session } from '../../lib/session.svelte.ts';
import { t } from '../../lib/i18n.svelte.ts';
import type { Answers } from '#types/api.d.ts';

export const waits: Waits[] = [
  {
    may: 'tripwire.activate',
    concerns: ({ record }) => record?.startsWith('tripwire/') ?? false,
    ask: async () => {
      const { items } = await get<Answers['GET tripwires']>('tripwires?status=proposed&limit=50');
      return items
        .filter(({ record }) => record.proposed_by !== session.who?.account.id)
        .map(({ record, changed }) => ({
          key: `tripwire/${record.id}`,
          at: changed,
          what: t('situation.to-activate', { name: record.name }),
          href: `/tripwires/${encodeURIComponent(record.id)}`,
        }));
    },
  },
];
