import type { Way } from '../way.js'
import { approve } from './approve.js'
import { change } from './change.js'
import { cluster } from './cluster.js'
import { deceive } from './deceive.js'
import { masked } from './masked.js'
import { read } from './read.js'
import { sessions } from './sessions.js'

/** All of them, by topic. */
export const topics: Readonly<Record<string, readonly Way[]>> = {
  'reading what is not its business': read,
  'changing without a second key': change,
  'getting masked values out': masked,
  'approving its own work': approve,
  "reaching another agent's session": sessions,
  'talking people into something else': deceive,
  'the cluster': cluster,
}
