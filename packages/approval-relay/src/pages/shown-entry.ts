import type { DeskEntry, ShownRequest } from '../desk.js'

/** A request that waits as a page has it: without what is masked for whoever looks. */
export interface ShownEntry extends Pick<DeskEntry, 'answers'> {
  readonly request: ShownRequest
}
