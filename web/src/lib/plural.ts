// Messages with numbers and names in them. Pure, so that the tests can read every catalogue.
export type Message = string | { [category: string]: string };
export type Messages = { [key: string]: Message };
export type Params = { [name: string]: string | number };

/** First strong isolate and pop: a name of one direction within a sentence of the other. */
const FSI = '\u2068';
const PDI = '\u2069';

/** Fill a message: {name} from the parameters, the plural form by the parameter n. */
export function fill(message: Message, language: string, params: Params = {}): string {
  let text: string;
  if (typeof message === 'string') {
    text = message;
  } else {
    const category = new Intl.PluralRules(language).select(Number(params['n'] ?? 0));
    text = message[category] ?? message['other'] ?? '';
  }
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    if (value === undefined) return whole;
    if (typeof value === 'number') return formatNumber(value, language);
    return `${FSI}${value}${PDI}`;
  });
}

export function localeOf(language: string): string {
  // Western digits in every language: times, numbers of doors and hashes are read aloud across
  // languages and compared with other systems.
  return language === 'ar' ? 'ar-u-nu-latn' : language === 'en' ? 'en-GB' : language;
}

export function formatNumber(value: number, language: string): string {
  return new Intl.NumberFormat(localeOf(language)).format(value);
}
