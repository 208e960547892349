import type { RelayedRequest } from '@bothkeys/core/relay'
import type { DeskEntry } from '../ports.js'

/** A request that waits as a page has it: without what is masked for whoever looks. */
export interface ShownEntry extends Pick<DeskEntry, 'answers'> {
  readonly request: Omit<RelayedRequest, 'exact' | 'view'>
}
