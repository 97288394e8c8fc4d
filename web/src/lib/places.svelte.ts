// The places of the console: what the navigation, the palette and "g then a letter" go to.
import { moduleName, pluralName, t } from './i18n.svelte.ts';
import { ownPlaces } from './parts.ts';
import { session } from './session.svelte.ts';

export interface Place {
  address: string;
  name: string;
  group: string;
  letter: string;
  wall: boolean;
}

const OTHERS = 'abcdefghijklmnopqrstuvwxyz123456789';
/** Where the records come among the pages of their own. */
const RECORDS = 50;

/** The first letter of the address that is not taken, or any that is free, or a number: they do not
 * change with the language. When all are taken, none; search reaches every place. */
function letterFor(address: string, taken: Set<string>): string {
  for (const letter of `${address.replace(/[^a-z]/g, '')}${OTHERS}`) {
    if (!taken.has(letter)) {
      taken.add(letter);
      return letter;
    }
  }
  return '';
}

export function moduleOf(kind: { module?: string; read: string; name: string }): string {
  return kind.module ?? kind.read.split('.')[0] ?? kind.name;
}

export function places(): Place[] {
  const taken = new Set(['o', ...ownPlaces.map((place) => place.letter)]);
  const own = ownPlaces
    .filter(({ may }) => may === undefined || session.may(may))
    .map(({ address, word, group, letter, rank, wall = false }) => ({
      rank,
      place: { address, name: t(word), group: t(group), letter, wall },
    }));
  const records = session.catalog.records
    .filter((kind) => session.may(kind.read))
    .map((kind) => ({
      address: `/${kind.plural}`,
      name: pluralName(kind.name),
      group: moduleName(moduleOf(kind)),
      letter: letterFor(kind.plural, taken),
      wall: false,
    }));
  const home = { address: '/', name: t('place.overview'), letter: 'o', wall: false };
  return [
    { ...home, group: t('place.watch') },
    ...own.filter(({ rank }) => rank < RECORDS).map(({ place }) => place),
    ...records,
    ...own.filter(({ rank }) => rank > RECORDS).map(({ place }) => place),
  ];
}
