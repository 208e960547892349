import { canonicalJson } from '../model/canonical-json.js'
import { sha256 } from '../model/digest.js'
import type { DelegationLink, Principal } from '../model/principal.js'
import type { ApprovalRequest, RequestView } from './approver.js'
import { effectInWords } from './effect-words.js'
import { estimateInWords } from './estimate-words.js'
import { inRows } from './rows.js'
import { escapeHidden, hasForeignLetters, visible } from './visible.js'

/** A request without what is made of it. */
export type RequestFacts = Omit<ApprovalRequest, 'exact' | 'view' | 'subject'>

/** What of a requester is shown. */
export type ShownRequester = Pick<Principal, 'kind' | 'subject' | 'verifiedBy' | 'level' | 'actors' | 'change'> & {
  readonly delegation: readonly Pick<DelegationLink, 'name'>[]
}

/** What a view is made of, and of nothing else: whoever has the same facts makes the same view. */
export interface ShownFacts extends Omit<RequestFacts, 'requester'> {
  readonly requester: ShownRequester
}

/** What of a request may be too long to be shown. */
type CutFacts = Pick<ShownFacts, 'effects' | 'parameters' | 'text'>

const viewPrefix = 'bothkeys.view.v1\0'
const maxCharacters = 8_192
const maxLines = 200
const maxEffects = 100

/** How many hex digits of the digest stand for the action on a screen. */
const prefixLength = 8

/** The part of the digest that people compare and type. */
export function digestPrefix(request: Pick<ApprovalRequest, 'digest'>): string {
  return request.digest.slice(0, prefixLength)
}

/**
 * Renders a request from its snapshot, each effect in words. Every hidden character is escaped, and each row of the statement, and each
 * but the first of anything else, stands behind a bar, so that no text can pose as a line of ours. What is left out is said, in capitals.
 */
export function requestView(request: ShownFacts): RequestView {
  const { cuts, effects, parameters, parametersText, statement } = shownParts(request)
  const head = headLines(request)
  const notes = [
    ...(hasForeignLetters(request.text + parametersText + effects.join('') + head.join(''))
      ? ['It holds characters that can look like others.']
      : []),
    ...cuts,
    ...(cuts.length > 0 ? ['THIS VIEW IS NOT COMPLETE, SO IT CANNOT BE APPROVED HERE.'] : []),
  ]
  const lines = [
    ...head,
    '  effects',
    ...effects.map((words) => `    ${words.slice(0, maxCharacters)}`),
    '  statement',
    ...statement.map((line) => `    | ${visible(line)}`),
    `  parameters ${request.parameters.length === 0 ? 'none' : escapeHidden(parameters)}`,
    ...(request.estimate === undefined ? [] : estimateInWords(request.estimate).map((line) => `  ${line}`)),
    ...notes.map((note) => `  ! ${note}`),
  ]
  const text = inRows(lines).join('\n')
  const complete = cuts.length === 0
  return Object.freeze({ text, complete, digest: sha256(viewPrefix, complete ? 'whole\0' : 'cut\0', text) })
}

/** Whether a view shows everything, without making it. */
export function isWhole(request: CutFacts): boolean {
  return shownParts(request).cuts.length === 0
}

/** What is long, cut to what fits, and what is said of what does not. */
function shownParts(request: CutFacts) {
  const parametersText = canonicalJson(request.parameters)
  const statement = request.text.slice(0, maxCharacters).split('\n').slice(0, maxLines)
  const parameters = parametersText.slice(0, maxCharacters)
  const effects = request.effects.slice(0, maxEffects).map(effectInWords)
  const cuts = [
    ...(statement.join('\n').length < request.text.length ? ['THE STATEMENT GOES ON.'] : []),
    ...(parameters.length < parametersText.length ? ['THE PARAMETERS GO ON.'] : []),
    ...(effects.length < request.effects.length ? ['THERE ARE MORE EFFECTS.'] : []),
    ...(effects.some((words) => words.length > maxCharacters) ? ['AN EFFECT GOES ON.'] : []),
  ]
  return { cuts, effects, parameters, parametersText, statement }
}

function headLines(request: ShownFacts): readonly string[] {
  const { requester, target } = request
  const where = inOrder(request.identity).map(([name, value]) => `${word(name)}=${word(value)}`)
  const needs = request.stages.map(
    ({ count, role, stage }) => `${visible(stage)}: ${String(count)} of ${visible(role)}`,
  )
  const { id, issuer } = requester.subject
  return [
    `approval ${digestPrefix(request)}: ${visible(request.operation)} on ${visible(target.name)} (${visible(target.kind)})`,
    `  where      ${where.join(' ')}`,
    ...inOrder(request.settings ?? {}).map(([name, value]) => `  setting    ${visible(name)} = ${visible(value)}`),
    `  requester  ${requester.kind} ${visible(id)} of ${visible(issuer)}, ${visible(requester.verifiedBy)} (${requester.level})`,
    ...(requester.actors.length === 0 ? [] : [`  acting     ${requester.actors.map(visible).join(', ')}`]),
    ...(requester.delegation.length === 0 ? [] : [`  sub-agent  ${requester.delegation.map(nameIn).join(' > ')}`]),
    ...(requester.change === undefined ? [] : [`  change     ${visible(requester.change)}`]),
    ...(request.maxAffected === undefined
      ? []
      : [`  at most    ${String(request.maxAffected)} changed rows; with more, everything is undone`]),
    `  rules      ${request.rules.map(visible).join(', ')}`,
    `  needs      ${needs.join(', ')}`,
    `  expires    ${request.expiresAt.toISOString()}`,
  ]
}

/** In quotes where it could be read as more than one word, so that no name of a place poses as another place. */
function word(text: string): string {
  return /^[^ ="]+$/u.test(text) ? visible(text) : `"${visible(text).replaceAll('"', '\\"')}"`
}

/** By name, in the order of canonical JSON, so that the same facts read the same wherever they come from. */
function inOrder(members: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return Object.entries(members).sort(([a], [b]) => (a < b ? -1 : 1))
}

/** What a session called the sub-agent that it made. */
function nameIn({ name }: Pick<DelegationLink, 'name'>): string {
  return name === undefined ? 'one without a name' : `"${visible(name).replaceAll('"', '\\"')}"`
}
