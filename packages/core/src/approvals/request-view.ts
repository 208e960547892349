import { canonicalJson } from '../model/canonical-json.js'
import { sha256 } from '../model/digest.js'
import type { ApprovalRequest, RequestView } from './approver.js'
import { effectInWords } from './effect-words.js'
import { hiddenInWords } from './hidden-values.js'
import { estimateInWords } from './estimate-words.js'
import type { HeadFacts, ShownRequester } from './request-head.js'
import { requestHead } from './request-head.js'
import { inRows } from './rows.js'
import { escapeHidden, hasForeignLetters, visible, word } from './visible.js'

export type { ShownRequester } from './request-head.js'

/** A request without what is made of it. */
export type RequestFacts = Omit<ApprovalRequest, 'exact' | 'view' | 'subject'>

/** What a view is made of, and of nothing else: whoever has the same facts makes the same view. */
export interface ShownFacts extends Omit<RequestFacts, 'requester'> {
  /** What is shown of whoever asks. */
  readonly requester: ShownRequester
}

/** What of a request may be too long to be shown. */
export type CutFacts = Pick<ShownFacts, 'effects' | 'hidden' | 'parameters' | 'text'> & HeadFacts

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
 * Renders a request from its snapshot, each effect in words. Every hidden character is escaped, names that are not ours stand in
 * quotes, and each row of the statement, and each but the first of anything else, stands behind a bar, so that no text can pose as a
 * line of ours. What is left out or hidden is said, in capitals. Text and parameters have to be what may be shown of them.
 */
export function requestView(request: ShownFacts): RequestView {
  const { cuts, effects, head, parameters, parametersText, statement } = shownParts(request)
  const { lines: said, title } = head
  const { hidden } = request
  const notes = [
    ...(hasForeignLetters(request.text + parametersText + effects.join('') + title + said.join(''))
      ? ['It holds characters that can look like others.']
      : []),
    ...cuts,
    ...(hidden === undefined ? [] : ['VALUES ARE MASKED, SO IT CANNOT BE APPROVED AT LEVEL signed OR ABOVE.']),
    ...(cuts.length > 0 ? ['THIS VIEW IS NOT COMPLETE, SO IT CANNOT BE APPROVED HERE.'] : []),
  ]
  const lines = [
    `approval ${digestPrefix(request)}: ${title}`,
    ...said,
    `  expires    ${request.expiresAt.toISOString()}`,
    '  effects',
    ...effects.map((words) => `    ${words.slice(0, maxCharacters)}`),
    ...(hidden === undefined ? [] : [`  masked     ${hiddenInWords(hidden, word)}`]),
    `  statement${(hidden?.text ?? null) === null ? '' : '  without its values, as the engine writes it'}`,
    ...statement.map((line) => `    | ${visible(line)}`),
    `  parameters ${request.parameters.length === 0 ? 'none' : escapeHidden(parameters)}`,
    ...(request.estimate === undefined ? [] : estimateInWords(request.estimate).map((line) => `  ${line}`)),
    ...notes.map((note) => `  ! ${note}`),
  ]
  const text = inRows(lines).join('\n')
  const complete = cuts.length === 0 && hidden === undefined
  const masked = cuts.length === 0 && hidden !== undefined
  const extent = complete ? 'whole' : masked ? 'masked' : 'cut'
  return Object.freeze({ text, complete, masked, digest: sha256(viewPrefix, `${extent}\0`, text) })
}

/** Whether everything fits into a view, without making it. */
export function fits(request: CutFacts): boolean {
  return shownParts(request).cuts.length === 0
}

/** What is long, cut to what fits, and what is said of what does not. */
function shownParts(request: CutFacts) {
  const parametersText = canonicalJson(request.parameters)
  const statement = request.text.slice(0, maxCharacters).split('\n').slice(0, maxLines)
  const parameters = parametersText.slice(0, maxCharacters)
  const effects = request.effects.slice(0, maxEffects).map(effectInWords)
  const head = requestHead(request)
  const cuts = [
    ...head.cuts,
    ...(statement.join('\n').length < request.text.length ? ['THE STATEMENT GOES ON.'] : []),
    ...(parameters.length < parametersText.length ? ['THE PARAMETERS GO ON.'] : []),
    ...(effects.length < request.effects.length ? ['THERE ARE MORE EFFECTS.'] : []),
    ...(effects.some((words) => words.length > maxCharacters) ? ['AN EFFECT GOES ON.'] : []),
  ]
  return { cuts, effects, head, parameters, parametersText, statement }
}
