/** Whether the whole counts run (`npm run soak`) or a tenth of them. */
export const isWhole: boolean = process.env['BOTHKEYS_SOAK'] === '1'

/** A whole count, or a tenth of it. */
export function scaled(whole: number): number {
  return isWhole ? whole : Math.ceil(whole / 10)
}
