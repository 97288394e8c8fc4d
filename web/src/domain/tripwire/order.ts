// What a rule wants done, as phrases that have words in every language: the keys that the alarm of
// a hit has too (src/domain/tripwire/ring.c).

export interface Action {
  what: string;
  /** Its parameters, in their order. */
  with: [name: string, value: string][];
}

/** "to=area" of a hit. */
export function pairsOf(texts: string[] = []): Action['with'] {
  return texts.map((text) => {
    const at = text.indexOf('=');
    return [text.slice(0, at), text.slice(at + 1)];
  });
}

/** "order.send-guard.area/area", and by whose word. */
export function ordersOf(action: Action): string[] {
  const has = new Map(action.with);
  const aim = action.with.find(([name]) => name !== 'confirm' && name !== 'silently')?.[1];
  const by = has.get('confirm');
  return [
    ...(has.has('silently') ? ['order.silently'] : []),
    `order.${action.what}${aim === undefined ? '' : `.${aim}/${aim}`}`,
    ...(by === undefined ? [] : [`order.confirm.${by}/${by}`]),
  ];
}
