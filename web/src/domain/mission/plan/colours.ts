// The ground colour of a zone on the plan, by how far in it is: open, general, controlled,
// secure. Colour only helps here; every zone has its name on the plan and its kind in the list.
import type { Theme } from '../../../lib/theme.svelte.ts';

type Ground = 'open' | 'entry' | 'general' | 'controlled' | 'secure' | 'haven' | 'post' | 'other';

const grounds: { [kind: string]: Ground } = {
  perimeter: 'other',
  gate: 'entry',
  grounds: 'open',
  parking: 'open',
  public: 'entry',
  reception: 'entry',
  general: 'general',
  controlled: 'controlled',
  secure: 'secure',
  'safe-haven': 'haven',
  'control-post': 'post',
  utility: 'other',
};

const colours: Record<Theme, Record<Ground, string>> = {
  light: {
    open: '#d5e3c8',
    entry: '#bcd7ee',
    general: '#dde3e8',
    controlled: '#f3dc9b',
    secure: '#eeb4a4',
    haven: '#a9dcb9',
    post: '#cfbfe6',
    other: '#cbd3d9',
  },
  dark: {
    open: '#2f4030',
    entry: '#24465f',
    general: '#33424e',
    controlled: '#5d4a14',
    secure: '#6a2f25',
    haven: '#1f5a39',
    post: '#493767',
    other: '#26323b',
  },
  night: {
    open: '#1d2114',
    entry: '#2b2416',
    general: '#2a2019',
    controlled: '#40300f',
    secure: '#4a1d14',
    haven: '#223315',
    post: '#33203a',
    other: '#1b1511',
  },
};

export function zoneColour(kind: string, theme: Theme): string {
  return colours[theme][grounds[kind] ?? 'other'];
}
