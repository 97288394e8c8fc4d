import { get } from '../../lib/api.ts';
import type { Comes, Matter, Waits } from '../../situation/parts.ts';
import { session } from '../../lib/session.svelte.ts';
import { t } from '../../lib/i18n.svelte.ts';
import type { Answers } from '#types/api.d.ts';

const MOST = 50;
const concerns = ({ record }: { record?: string | undefined }) =>
  record?.startsWith('task/') ?? false;

async function list(query: Record<string, string>) {
  const params = new URLSearchParams({ limit: String(MOST), ...query });
  return (await get<Answers['GET tasks']>(`tasks?${params}`)).items.map(({ record }) => record);
}

export const comes: Comes[] = [
  {
    may: 'task.read',
    concerns,
    ask: async (from, to) =>
      (
        await list({ state: 'open', 'due.ge': from.toISOString(), 'due.lt': to.toISOString() })
      ).map(({ id, due, title }) => ({
        key: `task/${id}`,
        at: due,
        what: t('situation.task-due', { title }),
        href: `/tasks/${encodeURIComponent(id)}`,
      })),
  },
];

export const waits: Waits[] = [
  {
    may: 'task.read',
    concerns,
    ask: async () => {
      const me = session.who?.account.id ?? '';
      const mine = await list({ state: 'open', owner: me, sort: 'due' });
      const done = session.may('task.verify') ? await list({ state: 'done' }) : [];
      const href = (id: string) => `/tasks/${encodeURIComponent(id)}`;
      return [
        ...mine.map<Matter>(({ id, due, title, overdue }) => ({
          key: `task/${id}`,
          at: due,
          what: title,
          href: href(id),
          late: overdue,
        })),
        ...done
          .filter(({ asked_by }) => asked_by !== me)
          .map<Matter>(({ id, state_since, title }) => ({
            key: `done/${id}`,
            at: state_since,
            what: t('situation.to-verify', { title }),
            href: href(id),
          })),
      ];
    },
  },
];
