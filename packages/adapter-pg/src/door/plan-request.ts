import type { SnapshotValue } from '@bothkeys/core/adapter'
import type { Analysis } from '../analyzer/analysis.js'
import type { ServerState } from './server-state.js'

/** A held statement as the door understood it. */
export interface PlanRequest {
  readonly analysis: Analysis
  readonly text: string
  readonly parameters: readonly SnapshotValue[]
  /** Their types as Parse declares them. */
  readonly parameterTypes: readonly number[]
  readonly state: ServerState
  readonly serverMajor: number
}
