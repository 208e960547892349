import type { Parsed } from '../analyzer/parse.js'
import { bodyOf, flagOf, listOf, nodeOf, textOf, type TypedNode } from '../analyzer/tree.js'
import { type DoorRefusal, protocolRefusal } from './refusal-response.js'

/** A text as it may leave, or why it may not. */
export type OwnText = { readonly text: string } | { readonly refusal: DoorRefusal }

/** What the name of each of a session's connections begins with, so that the server's log tells whose they are (RULES 26). */
export function sessionName(shortSessionId: string): string {
  return `bothkeys:${shortSessionId}`
}

/** Whether a name still tells the session. */
export function tellsSession(name: string, session: string): boolean {
  return name === session || name.startsWith(`${session} `)
}

/** The name that a client chose, behind the session's. PostgreSQL shows 63 bytes of it. */
export function nameBehind(session: string, chosen: string): string {
  return tellsSession(chosen, session) ? chosen : `${session} ${chosen}`.trim()
}

/** Whether a text may be one that sets the name, so that its tree is worth a look. */
export function mayName(text: string): boolean {
  return /application_name/i.test(text) && /\bset\b/i.test(text)
}

/**
 * A text that sets `application_name`, as drivers send it, leaves with the session's name in front. RESET and DEFAULT go
 * back to the name that the door gave at the start. Anything else that sets it is refused.
 */
export function keepName(parsed: Parsed, session: string): OwnText {
  const settings = parsed.statements.filter(setsName)
  if (settings.length === 0) return { text: parsed.text }
  const [only] = settings
  if (only === undefined || parsed.statements.length > 1) return { refusal: notAlone }
  const value = valueOf(only)
  if (value === undefined) return { refusal: noText }
  const scope = flagOf(only.body, 'is_local') ? 'LOCAL ' : ''
  // standard_conforming_strings is always on here, so that doubled quotes are all there is to escape.
  return { text: `SET ${scope}application_name TO '${nameBehind(session, value).replaceAll("'", "''")}'` }
}

function setsName({ body, type }: TypedNode): boolean {
  return (
    type === 'VariableSetStmt' &&
    textOf(body, 'kind') === 'VAR_SET_VALUE' &&
    textOf(body, 'name').toLowerCase() === 'application_name'
  )
}

function valueOf({ body }: TypedNode): string | undefined {
  const values = listOf(body, 'args')
  const constant = values.length === 1 ? bodyOf(values[0], 'A_Const') : undefined
  const text = constant === undefined ? undefined : nodeOf(constant, 'sval')
  return text === undefined ? undefined : textOf(text, 'sval')
}

const notAlone = protocolRefusal(
  'application_name tells the session, so it is set by a statement of its own only',
  'send SET application_name by itself',
  '0A000',
)

const noText = protocolRefusal(
  'application_name tells the session, and this value for it cannot be put behind its name',
  "send SET application_name = 'a text'",
  '0A000',
)
