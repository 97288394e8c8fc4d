// Labels, "TLP:AMBER/crisis,medical": TLP 2.0 and, after the stroke, compartments.
export const markings = [
  'TLP:CLEAR',
  'TLP:GREEN',
  'TLP:AMBER',
  'TLP:AMBER+STRICT',
  'TLP:RED',
] as const;

export interface Label {
  tlp: string;
  compartments: string[];
}

export function readLabel(text: string): Label {
  const [tlp = '', rest = ''] = text.split('/', 2);
  return { tlp, compartments: rest.split(',').filter((one) => one !== '') };
}

export function writeLabel(label: Label): string {
  const sorted = [...new Set(label.compartments)].sort();
  return sorted.length > 0 ? `${label.tlp}/${sorted.join(',')}` : label.tlp;
}
