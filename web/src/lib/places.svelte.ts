// The places of the console: what the menu, the palette and "g then a letter" go to.
import { pluralName, t } from './i18n.svelte.ts';
import type { Job } from './jobs.ts';
import { jobs } from './jobs.ts';
import { menuLines, type MenuLine } from './parts.ts';
import { session } from './session.svelte.ts';

export interface Place {
  address: string;
  name: string;
  job: Job;
  letter: string;
  wall: boolean;
  setup: boolean;
}

const SITUATION: MenuLine = {
  address: '/',
  word: 'place.situation',
  job: 'now',
  rank: 0,
  letter: 's',
};

const kindAt = (address: string) => session.kindOfPlural(address.slice(1));

function mayGo({ address, may }: MenuLine): boolean {
  const permission = may ?? kindAt(address)?.read;
  return permission === undefined || session.may(permission);
}

function placeOf(line: MenuLine): Place {
  const { address, word, job, letter = '', wall = false, setup = false } = line;
  const name = word ? t(word) : pluralName(kindAt(address)?.name ?? '');
  return { address, name, job, letter, wall, setup };
}

/** Every place this person may go to, in the order of the menu. A record that no domain has given a
 * line is configured, until its domain says otherwise. */
export function places(): Place[] {
  const said = new Set(menuLines.map((line) => line.address));
  const unsaid = session.catalog.records
    .map(({ plural }): MenuLine => ({ address: `/${plural}`, job: 'admin', rank: 0, setup: true }))
    .filter(({ address }) => !said.has(address));
  const all = [SITUATION, ...menuLines, ...unsaid].filter(
    (line) => (line.word ?? kindAt(line.address)) && mayGo(line),
  );
  return jobs.flatMap((job) => all.filter((line) => line.job === job).map(placeOf));
}

export interface Group {
  job: Job;
  name: string;
  lines: Place[];
  /** Where the rest of it is configured; "" when there is nothing that this person may see. */
  setup: string;
}

export const setupOf = (job: Job) => `/set-up/${job}`;

export function menu(): Group[] {
  const all = places();
  return jobs
    .map((job) => {
      const own = all.filter((place) => place.job === job);
      const lines = own.filter((place) => !place.setup);
      const setup = own.length > lines.length ? setupOf(job) : '';
      return { job, name: t(`job.${job}`), lines, setup };
    })
    .filter(({ lines, setup }) => lines.length > 0 || setup !== '');
}

/** The line of the menu that an address stands under. */
export function lineOf(address: string): string {
  const place = places().find((one) => one.address === address);
  return place?.setup ? setupOf(place.job) : address;
}
