/**
 * What is wrong with a journal. `edit`: an event or a segment's header is not what was written. `gap`: events are
 * missing. `duplicate`: an event stands there twice. `reorder`: events changed places. `truncation`: a segment ends
 * before the next one says that it does.
 */
export type DamageKind = 'edit' | 'gap' | 'duplicate' | 'reorder' | 'truncation'

/** The first thing that is wrong. */
export interface Damage {
  readonly kind: DamageKind
  /** The first event that is not as it was written, or is missing. */
  readonly lsn: number
  readonly detail: string
}
