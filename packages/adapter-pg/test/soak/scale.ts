/** Whether the whole counts run (`npm run soak`) or a tenth of them. */
export const isWhole: boolean = process.env['BOTHKEYS_SOAK'] === '1'

/** A whole count, or a tenth of it. */
export function scaled(whole: number): number {
  return isWhole ? whole : Math.ceil(whole / 10)
}

/** The seed of this run: BOTHKEYS_SEED, which is always the same but in a soak run. Printed, so that it can be repeated. */
export const seed: number = Number(process.env['BOTHKEYS_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
