// How the state of a zone looks: a colour, a pattern and a mark, so that each is told apart by
// any one of them. The marks are drawn in a square of 16.
import type { Theme } from '../../lib/theme.svelte.ts';
import type { Verdict } from './zone.ts';

export interface Look {
  fill: Record<Theme, string>;
  ink: Record<Theme, string>;
  pattern: 'solid' | 'cross' | 'hatch' | 'dots' | 'dashes' | 'rings';
}

export const looks: Record<Verdict, Look> = {
  duress: {
    fill: { light: '#d11f26', dark: '#b3161d', night: '#7d140d' },
    ink: { light: '#ffd7d7', dark: '#ffb9b6', night: '#ff9a8c' },
    pattern: 'cross',
  },
  alarm: {
    fill: { light: '#f2a477', dark: '#8c3d0e', night: '#5c260a' },
    ink: { light: '#a03c00', dark: '#ffb27d', night: '#e58a4a' },
    pattern: 'hatch',
  },
  blind: {
    fill: { light: '#b9c0c6', dark: '#3a444c', night: '#2b2622' },
    ink: { light: '#2b353c', dark: '#c3d0d9', night: '#a08873' },
    pattern: 'dots',
  },
  gap: {
    fill: { light: '#f6e3a6', dark: '#57450f', night: '#3a2c08' },
    ink: { light: '#7a5200', dark: '#f0c24b', night: '#c8962a' },
    pattern: 'rings',
  },
  unknown: {
    fill: { light: '#e4e8eb', dark: '#1f2a33', night: '#17120e' },
    ink: { light: '#8a98a3', dark: '#566673', night: '#56473b' },
    pattern: 'dashes',
  },
  clear: {
    fill: { light: '#cfe6d5', dark: '#1d4029', night: '#1a2512' },
    ink: { light: '#15693a', dark: '#6fd598', night: '#93b67a' },
    pattern: 'solid',
  },
};

/** The pattern of a verdict as a tile of `size` pixels, for the map. */
export function tileOf(verdict: Verdict, theme: Theme, size: number): ImageData {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size;
  const draw = canvas.getContext('2d') as CanvasRenderingContext2D;
  const look = looks[verdict];
  draw.fillStyle = look.fill[theme];
  draw.fillRect(0, 0, size, size);
  draw.strokeStyle = draw.fillStyle = look.ink[theme];
  draw.lineWidth = size / 10;
  const line = (x0: number, y0: number, x1: number, y1: number) => {
    draw.beginPath();
    draw.moveTo(x0, y0);
    draw.lineTo(x1, y1);
    draw.stroke();
  };
  const circle = (x: number, y: number, radius: number, filled: boolean) => {
    draw.beginPath();
    draw.arc(x, y, radius, 0, 7);
    if (filled) draw.fill();
    else draw.stroke();
  };
  if (look.pattern === 'hatch' || look.pattern === 'cross')
    for (const at of [-size, 0, size]) line(at, size, at + size, 0);
  if (look.pattern === 'cross') for (const at of [-size, 0, size]) line(at, 0, at + size, size);
  if (look.pattern === 'dots') circle(size / 2, size / 2, size / 6, true);
  if (look.pattern === 'rings') circle(size / 2, size / 2, size / 5, false);
  if (look.pattern === 'dashes') line(size / 4, size / 2, (size * 3) / 4, size / 2);
  return draw.getImageData(0, 0, size, size);
}
