/** The names of the guards that outputs of earlier runs say were killed. */
export function killedIn(outputs) {
  const lines = outputs.flatMap((output) => Array.from(output.matchAll(/^killed {3}(.*) \([\d.]+ s\)$/gmu)))
  return new Set(lines.map(([, name]) => name))
}

/** Every n-th of a list from the i-th on, for `i/n`: the n parts together are the list. */
export function partOf(list, part) {
  const [, which, of] = (/^(\d+)\/(\d+)$/u.exec(part) ?? []).map(Number)
  if (!(which >= 1 && which <= of)) throw new Error(`"${part}" is no part; 1/2 and 2/2 are`)
  return list.filter((_, index) => index % of === which - 1)
}
