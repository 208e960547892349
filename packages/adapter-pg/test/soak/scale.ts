/** Whether the whole counts run (`npm run soak`) or a tenth of them. */
export const isWhole: boolean = process.env['BOTHKEYS_SOAK'] === '1'

/** A whole count, or a tenth of it. */
export function scaled(whole: number): number {
  return isWhole ? whole : Math.ceil(whole / 10)
}

/** The seed of this run: BOTHKEYS_SEED, or a new one. Printed, so that a run can be repeated. */
export const seed: number = Number(process.env['BOTHKEYS_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
