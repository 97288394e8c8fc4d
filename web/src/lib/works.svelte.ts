// Long work that goes on while one looks at something else: the server does it as a job
// (`Prefer: respond-async`), every page shows in its head how far it is, and its answer waits until
// somebody looks at it. What this tab asked for is kept over a reload of the page.
import type { Word } from '#types/words.d.ts';
import type { JobView } from '#types/api.d.ts';
import { call, get, Problem } from './api.ts';

const KEY = 'works';
const EVERY_MS = 1000;
/** What is done at once is told at once, and never shows in the head. */
const FIRST_MS = [60, 120, 240, 500];

export interface Work {
  id: string;
  /** What it is, and the page that shows its answer. */
  word: Word;
  address: string;
  /** What that page has to know to show it: the rule that was held against the past. */
  held: string;
  /** As the server last told it. "lost": the server was started anew. */
  job: Pick<JobView, 'state' | 'done' | 'total' | 'since' | 'ended'> | { state: 'lost' };
  /** Somebody has looked at the answer. */
  seen: boolean;
  /** It took long enough to be shown in the head. */
  long: boolean;
}

export const over = ({ job }: Work): boolean => job.state !== 'waiting' && job.state !== 'running';

/** How much of it is done, 0 to 1; undefined while nobody knows. */
export function shareOf({ job }: Work): number | undefined {
  if (job.state !== 'running' || !job.total) return undefined;
  return Math.min(1, (job.done ?? 0) / job.total);
}

function kept(): Work[] {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? '[]') as Work[];
  } catch {
    return [];
  }
}

class Works {
  list = $state.raw<Work[]>(kept());
  #timer: ReturnType<typeof setTimeout> | undefined;
  #looks = 0;

  constructor() {
    this.#ask();
  }

  /** Ask for it; gives its id. The page `address` shows the answer. */
  async start(path: string, body: unknown, work: Pick<Work, 'word' | 'address' | 'held'>) {
    const answer = await call('POST', path, { body, later: true });
    const job = JSON.parse(answer.text) as JobView;
    this.#looks = 0;
    this.#keep([...this.list, { ...work, id: job.id, job, seen: false, long: false }]);
    this.#ask();
    return job.id;
  }

  /** The newest that this page asked for. */
  of(word: Word, address: string): Work | undefined {
    return this.list.findLast((work) => work.word === word && work.address === address);
  }

  /** Its answer, or its fault. */
  async answer<T>(id: string): Promise<T> {
    try {
      return await get<T>(`jobs/${id}/answer`);
    } finally {
      this.#change(id, { seen: true });
    }
  }

  /** It is not wanted any more. */
  async drop(id: string): Promise<void> {
    this.#keep(this.list.filter((work) => work.id !== id));
    await call('DELETE', `jobs/${id}`).catch((problem: unknown) => {
      if (!(problem instanceof Problem)) throw problem;
    });
  }

  #keep(list: Work[]): void {
    this.list = list;
    try {
      sessionStorage.setItem(KEY, JSON.stringify(list));
    } catch {
      // A reload forgets them; the server's answer is asked for again.
    }
  }
  #change(id: string, to: Partial<Work>): void {
    this.#keep(this.list.map((work) => (work.id === id ? { ...work, ...to } : work)));
  }

  #ask(): void {
    clearTimeout(this.#timer);
    if (this.list.every(over)) return;
    const wait = FIRST_MS[this.#looks++] ?? EVERY_MS;
    this.#timer = setTimeout(() => void this.#look(), wait);
  }
  async #look(): Promise<void> {
    try {
      const { items } = await get<{ items: JobView[] }>('jobs');
      const long = this.#looks > FIRST_MS.length;
      this.#keep(
        this.list.map((work) => {
          if (over(work)) return work;
          const job = items.find(({ id }) => id === work.id) ?? { state: 'lost' as const };
          return { ...work, job, long };
        }),
      );
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
    }
    this.#ask();
  }
}

export const works = new Works();
