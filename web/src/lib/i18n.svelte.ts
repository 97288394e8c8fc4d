// The language of the page. Its messages are those of src/words.<language>.json and of the folders
// that have words of their own (web/words.ts). What has no message is shown as its key in brackets
// and noted, never silently replaced by something else.
import type { Word } from '#types/words.d.ts';
import { fill, formatNumber, localeOf, type Messages, type Params } from './plural.ts';

export const languages = ['en', 'fr', 'ar'] as const;
export type Language = (typeof languages)[number];
/** Each by its own name. */
export const ownName = { en: 'English', fr: 'Français', ar: 'العربية' } as const;

const sources: Record<Language, () => Promise<{ default: Messages }>> = {
  en: () => import('virtual:words/en'),
  fr: () => import('virtual:words/fr'),
  ar: () => import('virtual:words/ar'),
};

function isLanguage(text: string): text is Language {
  return (languages as readonly string[]).includes(text);
}

class I18n {
  language = $state<Language>('en');
  messages = $state.raw<Messages>({});
  /** Keys that were asked for and are not there. The end-to-end tests read it. */
  readonly missing = new Set<string>();

  get direction(): 'ltr' | 'rtl' {
    return this.language === 'ar' ? 'rtl' : 'ltr';
  }
  get locale(): string {
    return localeOf(this.language);
  }

  async use(wanted: string): Promise<void> {
    const short = wanted.slice(0, 2).toLowerCase();
    const language = isLanguage(short) ? short : 'en';
    this.messages = (await sources[language]()).default;
    this.language = language;
    document.documentElement.lang = language;
    document.documentElement.dir = this.direction;
  }

  /** Choose it for this browser. */
  async choose(language: Language): Promise<void> {
    localStorage.setItem('language', language);
    await this.use(language);
  }

  /** What this browser chose, or what its user reads. */
  static wanted(): string {
    return localStorage.getItem('language') ?? navigator.language;
  }

  find(keys: string[], params?: Params): string {
    for (const key of keys) {
      const message = this.messages[key];
      if (message !== undefined) return fill(message, this.language, params);
    }
    this.missing.add(keys[0] ?? '');
    return `⟦${keys[0] ?? ''}⟧`;
  }
}

export const i18n = new I18n();
export const wantedLanguage = I18n.wanted;

export function t(key: Word, params?: Params): string {
  return i18n.find([key], params);
}

/** A message that may not be there. */
export function maybe(key: string, params?: Params): string | undefined {
  const message = i18n.messages[key];
  return message === undefined ? undefined : fill(message, i18n.language, params);
}

export const recordName = (shape: string) => i18n.find([`record.${shape}`]);
export const pluralName = (shape: string) => i18n.find([`records.${shape}`]);
export const moduleName = (module: string) => i18n.find([`module.${module}`]);
export const fieldName = (shape: string, field: string) =>
  i18n.find([`field.${shape}.${field}`, `field.any.${field}`]);
export const fieldHelp = (shape: string, field: string) =>
  maybe(`help.${shape}.${field}`) ?? maybe(`help.any.${field}`);
export const choiceName = (shape: string, field: string, choice: string) =>
  i18n.find([`choice.${shape}.${field}.${choice}`, `choice.any.${field}.${choice}`]);
export const stepName = (record: string, step: string) =>
  i18n.find([`step.${record}.${step}`, `step.any.${step}`]);
export const permissionName = (name: string) => i18n.find([`permission.${name}`]);

/** Kinds of events that every record may have. */
const recordVerbs = ['added', 'changed', 'retired', 'attached', 'detached', 'erased'];

/** "zone.added" is "Zone: added" unless the module has a better word for it. */
export function eventName(kind: string): string {
  const [noun = '', verb = ''] = kind.split('.', 2);
  const own = maybe(`event.${kind}`);
  if (own !== undefined) return own;
  if (recordVerbs.includes(verb) && i18n.messages[`record.${noun}`])
    return `${recordName(noun)}: ${i18n.find([`verb.${verb}`])}`;
  return i18n.find([`event.${kind}`]);
}

// ---- formats ------------------------------------------------------------------------------------

export const number = (value: number) => formatNumber(value, i18n.language);

export function percent(basisPoints: number): string {
  return new Intl.NumberFormat(i18n.locale, { style: 'percent', maximumFractionDigits: 2 }).format(
    basisPoints / 10000,
  );
}

export function money(minor: number, currency: string): string {
  try {
    const format = new Intl.NumberFormat(i18n.locale, { style: 'currency', currency });
    const places = format.resolvedOptions().maximumFractionDigits ?? 2;
    return format.format(minor / 10 ** places);
  } catch {
    return `${minor} ${currency}`;
  }
}

export function span(count: number, unit: string): string {
  return new Intl.NumberFormat(i18n.locale, { style: 'unit', unit, unitDisplay: 'long' }).format(
    count,
  );
}

const rough = [
  { unit: 'day', ms: 86_400_000 },
  { unit: 'hour', ms: 3_600_000 },
  { unit: 'minute', ms: 60_000 },
  { unit: 'second', ms: 1000 },
] as const;

/** How long, in the largest unit that fits: "4 min", "3 hrs", "2 days". */
export function spanText(ms: number): string {
  const { unit, ms: size } = rough.find((one) => Math.abs(ms) >= one.ms) ?? rough[3];
  const count = Math.floor(Math.abs(ms) / size);
  const format = { style: 'unit', unit, unitDisplay: 'short' } as const;
  return new Intl.NumberFormat(i18n.locale, format).format(count);
}

/** When, as seen from now: "in 3 hours", "2 days ago". */
export function agoText(ms: number): string {
  const { unit, ms: size } = rough.find((one) => Math.abs(ms) >= one.ms) ?? rough[3];
  const format = new Intl.RelativeTimeFormat(i18n.locale, { numeric: 'auto' });
  return format.format(Math.trunc(ms / size), unit);
}

/** A date and time in a zone, to the second, with the zone's short name. */
export function localTime(instant: string, zone: string): string {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return instant;
  return new Intl.DateTimeFormat(i18n.locale, {
    timeZone: zone,
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).format(at);
}

/** A day of the calendar, "2026-11-22", which is the same day everywhere. */
export function dateText(day: string): string {
  const at = new Date(`${day}T12:00:00Z`);
  if (Number.isNaN(at.getTime())) return day;
  return new Intl.DateTimeFormat(i18n.locale, {
    timeZone: 'UTC',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
  }).format(at);
}

/** The day of a moment in a zone: "Tuesday 1 December 2026". */
export function localDay(instant: string, zone: string): string {
  return new Intl.DateTimeFormat(i18n.locale, {
    timeZone: zone,
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  }).format(new Date(instant));
}

export function clockTime(at: Date, zone: string): string {
  return new Intl.DateTimeFormat(i18n.locale, {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).format(at);
}

export function dayText(at: Date, zone: string): string {
  return new Intl.DateTimeFormat(i18n.locale, {
    timeZone: zone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
  }).format(at);
}

export function countryName(code: string): string {
  try {
    return new Intl.DisplayNames(i18n.locale, { type: 'region' }).of(code) ?? code;
  } catch {
    return code;
  }
}

export function languageName(code: string): string {
  try {
    return new Intl.DisplayNames(i18n.locale, { type: 'language' }).of(code) ?? code;
  } catch {
    return code;
  }
}

export function collator(): Intl.Collator {
  return new Intl.Collator(i18n.locale, { numeric: true, sensitivity: 'base' });
}
