import { channelResource } from './named-by-argument.js'
import { textOf } from './tree.js'
import type { Handler } from './walk.js'

/** LISTEN and UNLISTEN: whether messages of a channel reach this session. */
export const listen: Handler = (walk, body) => {
  const channel = textOf(body, 'conditionname')
  walk.effects.add('read', channelResource(channel === '' ? undefined : channel))
}

/** NOTIFY: its payload reaches every listener (RULES 27). */
export const notify: Handler = (walk, body) => {
  walk.effects.add('write', channelResource(textOf(body, 'conditionname')), { sensitive: true })
}

/** DISCARD: ALL also drops temporary tables, prepared statements, cursors and settings. */
export const discard: Handler = (walk, body) => {
  switch (textOf(body, 'target')) {
    case 'DISCARD_PLANS':
    case 'DISCARD_SEQUENCES':
      return
    case 'DISCARD_TEMP':
      walk.effects.add('define', 'schema:pg_temp', { drop: true })
      walk.changesCatalog = true
      return
    default:
      walk.effects.add('session', 'setting:*')
      if (walk.state.temporarySchema !== undefined) walk.effects.add('define', 'schema:pg_temp', { drop: true })
      walk.settingFree = false
      walk.changesCatalog = true
      walk.registry.push({ kind: 'discard-all' })
  }
}

/** SET CONSTRAINTS moves checks to another moment. */
export const setConstraints: Handler = (walk) => {
  walk.runsDeferred = true
  walk.effects.add('session', 'setting:constraints')
}
