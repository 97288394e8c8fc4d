// JSON in which chosen values are kept byte for byte. A free-JSON field may hold what JavaScript
// would change on the way (1.0, 2^60, doubled members), so it is cut out of the text, never
// parsed.

export class RawJson {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Where a value ends that begins at `at`, given that the text is valid JSON. */
function endOf(text: string, at: number): number {
  let depth = 0;
  for (let i = at; i < text.length; i++) {
    const ch = text[i];
    if (ch === '"') {
      for (i++; text[i] !== '"' && i < text.length; i++) if (text[i] === '\\') i++;
      if (depth === 0) return i + 1;
    } else if (ch === '{' || ch === '[') {
      depth++;
    } else if (ch === '}' || ch === ']') {
      if (depth === 0) return i;
      depth--;
      if (depth === 0) return i + 1;
    } else if (depth === 0 && (ch === ',' || ch === ':' || /\s/.test(ch ?? ''))) {
      return i;
    }
  }
  return text.length;
}

function skipSpace(text: string, at: number): number {
  while (at < text.length && /\s/.test(text[at] ?? '')) at++;
  return at;
}

/** The members of an object (by name) or the items of an array (by index) as they are written. */
export function membersOf(text: string): Map<string, string> {
  const found = new Map<string, string>();
  let at = skipSpace(text, 0);
  const array = text[at] === '[';
  if (!array && text[at] !== '{') return found;
  at = skipSpace(text, at + 1);
  for (let index = 0; at < text.length && text[at] !== '}' && text[at] !== ']'; index++) {
    let name = String(index);
    if (!array) {
      const end = endOf(text, at);
      name = JSON.parse(text.slice(at, end)) as string;
      at = skipSpace(text, skipSpace(text, end) + 1);
    }
    const end = endOf(text, at);
    found.set(name, text.slice(at, end));
    at = skipSpace(text, end);
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
  return found;
}

/** Write a value; a RawJson stands as it is. Members that are undefined are left out. */
export function write(value: unknown): string {
  if (value instanceof RawJson) return value.text;
  if (Array.isArray(value)) return `[${value.map((item) => write(item ?? null)).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const parts: string[] = [];
    for (const [name, member] of Object.entries(value))
      if (member !== undefined) parts.push(`${JSON.stringify(name)}:${write(member)}`);
    return `{${parts.join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

/** Is it JSON? */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
