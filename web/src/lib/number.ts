// Decimal numbers without floating point: money in minor units, basis points as percent.

/** "12.5" with 2 places is 1250; undefined when it is not such a number. Comma or point. */
export function toScaled(text: string, places: number): number | undefined {
  const found = /^\s*([+-]?)(\d+)(?:[.,](\d*))?\s*$/.exec(text);
  if (!found) return undefined;
  const [, sign, whole = '', part = ''] = found;
  if (part.length > places) return undefined;
  const value = Number(whole + part.padEnd(places, '0'));
  if (!Number.isSafeInteger(value)) return undefined;
  return sign === '-' && value !== 0 ? -value : value;
}

/** 1250 with 2 places is "12.50". */
export function fromScaled(value: number, places: number): string {
  const digits = String(Math.abs(value)).padStart(places + 1, '0');
  const cut = digits.length - places;
  const sign = value < 0 ? '-' : '';
  return places > 0 ? `${sign}${digits.slice(0, cut)}.${digits.slice(cut)}` : `${sign}${digits}`;
}

/** How many decimals a currency has (ISO 4217). */
export function currencyPlaces(currency: string): number {
  try {
    const format = new Intl.NumberFormat('en', { style: 'currency', currency });
    return format.resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}

/** "60.17, 24.94" as a place; undefined when it is none. */
export function toPlace(text: string): { lat: number; lon: number } | undefined {
  const found = /^\s*(-?\d{1,2}(?:\.\d+)?)\s*[,;\s]\s*(-?\d{1,3}(?:\.\d+)?)\s*$/.exec(text);
  if (!found) return undefined;
  const lat = Number(found[1]);
  const lon = Number(found[2]);
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lat, lon } : undefined;
}
