// The rules that Chancery ships, to begin a new one from. They are part of this file when the
// console is built; only the form for a new rule loads it.
const texts = import.meta.glob<string>('../../../../content/tripwires/*.yml', {
  query: '?raw',
  import: 'default',
  eager: true,
});

export interface Shipped {
  /** Its words are pattern.<id> and purpose.<id>. */
  id: string;
  text: string;
  level: string;
  /** The categories of events that it looks at. */
  sources: string[];
}

const found = (text: string, pattern: RegExp) => [
  ...new Set([...text.matchAll(pattern)].map((one) => one[1] ?? '')),
];

export const shipped: Shipped[] = Object.entries(texts).map(([path, text]) => ({
  id: path.replace(/^.*\//, '').replace(/\.yml$/, ''),
  // An identifier is of one rule alone: a rule that is begun from this one is another.
  text: text.replaceAll(/^id: .*\n/gm, ''),
  level: found(text, /^level: (\w+)$/gm).at(-1) ?? '',
  sources: found(text, /^logsource: \{.*category: ([\w-]+)/gm),
}));

export const levels = ['critical', 'high', 'medium', 'low', 'informational'];
