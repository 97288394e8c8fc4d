// The words of the console. Each folder under src/ that has words keeps them beside its parts, in
// words.<language>.json; here they become one module for each language, so that a domain is found
// by its folder alone and a page loads one file, however many domains there are. What the server
// says as well is in content/<what>/messages.<language>.json.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Plugin } from 'vite';
import type { Messages } from './src/lib/plural.ts';

const PREFIX = 'virtual:words/';
export const languages = ['en', 'fr', 'ar'];

/** The folders under `root` that have words, in order; without those of one name. */
export function foldersOfWords(root: string, without = ''): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.name === 'words.en.json' && basename(entry.parentPath) !== without)
    .map((entry) => entry.parentPath)
    .sort();
}

/** The files of a language: those of the folders, and what the server says as well, which is in
 * content/<what>/messages.<language>.json. */
function filesOf(root: string, language: string, without: string): string[] {
  const name = `messages.${language}.json`;
  const content = readdirSync(join(root, '../../content'), { recursive: true, encoding: 'utf8' })
    .filter((path) => basename(path) === name)
    .map((path) => join(root, '../../content', path));
  const own = foldersOfWords(root, without).map((folder) => join(folder, `words.${language}.json`));
  return [...own, ...content.sort()];
}

const read = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Messages;

export const readWords = (folder: string, language: string): Messages =>
  read(join(folder, `words.${language}.json`));

/** All of a language; a key that two files have is a mistake of one of them. */
export function allWords(root: string, language: string, without = ''): Messages {
  const all: Messages = {};
  const home = new Map<string, string>();
  for (const file of filesOf(root, language, without))
    for (const [key, message] of Object.entries(read(file))) {
      const other = home.get(key);
      if (other !== undefined) throw new Error(`${key}: in ${other} and in ${file}`);
      home.set(key, file);
      all[key] = message;
    }
  return all;
}

export function words(root: string, without: string): Plugin {
  return {
    name: 'words',
    resolveId: (id) => (id.startsWith(PREFIX) ? `\0${id}` : undefined),
    load(id) {
      if (!id.startsWith(`\0${PREFIX}`)) return undefined;
      const language = id.slice(PREFIX.length + 1);
      for (const file of filesOf(root, language, without)) this.addWatchFile(file);
      return `export default ${JSON.stringify(allWords(root, language, without))}`;
    },
  };
}
