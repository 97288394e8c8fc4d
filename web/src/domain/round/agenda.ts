import { t } from '../../lib/i18n.svelte.ts';
import { get } from '../../lib/api.ts';
import type { Comes } from '../../situation/parts.ts';
import { refs } from '../../lib/refs.svelte.ts';
import type { Answers } from '#types/api.d.ts';

const MOST = 50;

/** Names are asked for once, and shown as soon as they are known. */
async function nameOf(noun: string, id: string): Promise<string> {
  return (await refs.learn(noun, id)) ?? t('situation.somebody');
}

export const comes: Comes[] = [
  {
    may: 'round.read',
    concerns: (event) => event.record?.startsWith('guard_shift/') ?? false,
    ask: async (from, to) => {
      const query = new URLSearchParams({
        'begins.ge': from.toISOString(),
        'begins.lt': to.toISOString(),
        sort: 'begins',
        limit: String(MOST),
      });
      const { items } = await get<Answers['GET guard-shifts']>(`guard-shifts?${query}`);
      return Promise.all(
        items.map(async ({ record: { id, begins, guard, post } }) => ({
          key: `shift/${id}`,
          at: begins,
          what: t('situation.shift', {
            who: await nameOf('account', guard),
            where: await nameOf('guard_post', post),
          }),
          href: `/guard-shifts/${encodeURIComponent(id)}`,
        })),
      );
    },
  },
];
