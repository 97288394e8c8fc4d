// A day of the calendar in parts, as people write it: in the order of their language, the month by
// its name. As data it is "2026-11-22".
export interface DayParts {
  day: string;
  month: string;
  year: string;
}

/** "2026-11-22" in parts; what is none is in no part. */
export function readDay(text: string): DayParts {
  const found = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (!found) return { day: '', month: '', year: '' };
  return { day: String(Number(found[3])), month: String(Number(found[2])), year: found[1] ?? '' };
}

/** The other way round; "" when nothing is written, and what is there when it is no day yet. */
export function writeDay({ day, month, year }: DayParts): string {
  const parts = [year.trim(), month.trim(), day.trim()];
  if (parts.every((part) => part === '')) return '';
  return parts.map((part, i) => part.padStart(i === 0 ? 4 : 2, '0')).join('-');
}

/** The parts of a date in the order of a language. */
export function partOrder(locale: string): (keyof DayParts)[] {
  return new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', year: 'numeric' })
    .formatToParts(new Date(0))
    .map((part) => part.type)
    .filter((type): type is keyof DayParts => ['day', 'month', 'year'].includes(type));
}

export function monthNames(locale: string): string[] {
  const format = new Intl.DateTimeFormat(locale, { month: 'long', timeZone: 'UTC' });
  return Array.from({ length: 12 }, (_, month) => format.format(new Date(Date.UTC(2026, month))));
}
