// The words of the console. Each folder under src/ that has words keeps them beside its parts, in
// words.<language>.json; here they become one module for each language, so that a domain is found
// by its folder alone and a page loads one file, however many domains there are.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import type { Messages } from './src/lib/plural.ts';

const PREFIX = 'virtual:words/';
export const languages = ['en', 'fr', 'ar'];

/** The folders under `root` that have words, in order. */
export function foldersOfWords(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.name === 'words.en.json')
    .map((entry) => entry.parentPath)
    .sort();
}

export function readWords(folder: string, language: string): Messages {
  return JSON.parse(readFileSync(join(folder, `words.${language}.json`), 'utf8')) as Messages;
}

/** All of a language; a key that two folders have is a mistake of one of them. */
export function allWords(root: string, language: string): Messages {
  const all: Messages = {};
  const home = new Map<string, string>();
  for (const folder of foldersOfWords(root))
    for (const [key, message] of Object.entries(readWords(folder, language))) {
      const other = home.get(key);
      if (other !== undefined) throw new Error(`${key}: in ${other} and in ${folder}`);
      home.set(key, folder);
      all[key] = message;
    }
  return all;
}

export function words(root: string): Plugin {
  return {
    name: 'words',
    resolveId: (id) => (id.startsWith(PREFIX) ? `\0${id}` : undefined),
    load(id) {
      if (!id.startsWith(`\0${PREFIX}`)) return undefined;
      const language = id.slice(PREFIX.length + 1);
      for (const folder of foldersOfWords(root))
        this.addWatchFile(join(folder, `words.${language}.json`));
      return `export default ${JSON.stringify(allWords(root, language))}`;
    },
  };
}
