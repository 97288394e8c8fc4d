// Times: instants are text of RFC 3339 in UTC; forms and clocks show them in the mission's zone.

/** Minutes by which the zone is ahead of UTC at that instant. */
export function offsetMinutes(zone: string, at: Date): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at);
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value ?? 0);
  const local = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return Math.round((local - Math.floor(at.getTime() / 1000) * 1000) / 60000);
}

/** An instant as the value of <input type="datetime-local"> in the zone, to the second. */
export function toLocalInput(instant: string, zone: string): string {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return '';
  const shifted = new Date(at.getTime() + offsetMinutes(zone, at) * 60000);
  return shifted.toISOString().slice(0, 19);
}

/** What was typed as local time of the zone, as an instant; '' when it is none. In the hour that
 * a zone skips, the time after the jump; in the hour it repeats, the first. */
export function fromLocalInput(local: string, zone: string): string {
  const guess = new Date(`${local}Z`);
  if (local === '' || Number.isNaN(guess.getTime())) return '';
  const first = offsetMinutes(zone, new Date(guess.getTime() - 86400000));
  const second = offsetMinutes(zone, new Date(guess.getTime() + 86400000));
  for (const minutes of [first, second]) {
    const at = new Date(guess.getTime() - minutes * 60000);
    if (offsetMinutes(zone, at) === minutes) return at.toISOString();
  }
  return new Date(guess.getTime() - first * 60000).toISOString();
}

/** 2026-11-22 03:27:04Z: the same for everybody, in every language. */
export function utcText(instant: string | Date, withDate = true): string {
  const at = typeof instant === 'string' ? new Date(instant) : instant;
  if (Number.isNaN(at.getTime())) return String(instant);
  const text = at.toISOString();
  return withDate ? `${text.slice(0, 10)} ${text.slice(11, 19)}Z` : `${text.slice(11, 19)}Z`;
}

export const spans = [
  { unit: 'day', ms: 86400000 },
  { unit: 'hour', ms: 3600000 },
  { unit: 'minute', ms: 60000 },
  { unit: 'second', ms: 1000 },
  { unit: 'millisecond', ms: 1 },
] as const;
export type Span = (typeof spans)[number]['unit'];

/** The largest unit that says a duration in whole numbers. */
export function spanOf(ms: number): { count: number; unit: Span } {
  const span = spans.find((one) => ms !== 0 && ms % one.ms === 0);
  return span ? { count: ms / span.ms, unit: span.unit } : { count: ms, unit: 'millisecond' };
}

export function msOf(count: number, unit: Span): number {
  return count * (spans.find((one) => one.unit === unit)?.ms ?? 1);
}

/** "4:07", "2:03:09", "3 d 04:00"; for a screen that is read while it counts. */
export function clockSpan(ms: number): string {
  const seconds = Math.floor(Math.abs(ms) / 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  const days = Math.floor(seconds / 86400);
  const hours = Math.floor(seconds / 3600) % 24;
  const minutes = Math.floor(seconds / 60) % 60;
  if (days > 0) return `${days} d ${two(hours)}:${two(minutes)}`;
  if (hours > 0) return `${hours}:${two(minutes)}:${two(seconds % 60)}`;
  return `${minutes}:${two(seconds % 60)}`;
}
