import type { DelegationLink, Principal } from '../model/principal.js'
import type { ApprovalRequest } from './approver.js'
import { inQuotes, word } from './visible.js'

/** What of a requester is shown. */
export type ShownRequester = Pick<Principal, 'kind' | 'subject' | 'verifiedBy' | 'level' | 'actors' | 'change'> & {
  readonly delegation: readonly Pick<DelegationLink, 'name'>[]
}

/** What the head of a view says, besides its digest and when it expires. */
export type HeadFacts = Pick<
  ApprovalRequest,
  'identity' | 'maxAffected' | 'operation' | 'rules' | 'settings' | 'stages' | 'target'
> & { readonly requester: ShownRequester }

/** The head of a view, cut to what fits. */
export interface RequestHead {
  /** What is done and where, for the first line. */
  readonly title: string
  readonly lines: readonly string[]
  /** What is said of what does not fit. */
  readonly cuts: readonly string[]
}

/** The most characters that one thing said of a request may take. */
const maxCharacters = 2_048
const maxSettings = 50

/**
 * Who asks, where and by which rules. Whatever is not ours stands in quotes, unless it is one plain word: so no name can end its
 * place in a line and go on as another name of a list, as another value or as another line.
 */
export function requestHead(request: HeadFacts): RequestHead {
  const { operation, target } = request
  const settings = inOrder(request.settings ?? {})
  const title = `${word(operation)} on ${word(target.name)} (${word(target.kind)})`
  const said: readonly (readonly [label: string, text: string])[] = [
    ['where', placeOf(request)],
    ...settings.slice(0, maxSettings).map(([name, value]) => ['setting', `${word(name)} = ${word(value)}`] as const),
    ...requesterOf(request.requester),
    ...(request.maxAffected === undefined
      ? []
      : [['at most', `${String(request.maxAffected)} changed rows; with more, everything is undone`] as const]),
    ['rules', listed(request.rules)],
    [
      'needs',
      request.stages.map(({ count, role, stage }) => `${word(stage)}: ${String(count)} of ${word(role)}`).join(', '),
    ],
  ]
  const isLong = [title, ...said.map(([, text]) => text)].some((text) => text.length > maxCharacters)
  return {
    title: title.slice(0, maxCharacters),
    lines: said.map(([label, text]) => `  ${label.padEnd(10)} ${text.slice(0, maxCharacters)}`),
    cuts: [
      ...(isLong ? ['A LINE ABOVE THE EFFECTS GOES ON.'] : []),
      ...(settings.length > maxSettings ? ['THERE ARE MORE SETTINGS.'] : []),
    ],
  }
}

function placeOf({ identity }: HeadFacts): string {
  return inOrder(identity)
    .map(([name, value]) => `${word(name)}=${word(value)}`)
    .join(' ')
}

function requesterOf({ actors, change, delegation, kind, level, subject, verifiedBy }: ShownRequester) {
  return [
    ['requester', `${kind} ${word(subject.id)} of ${word(subject.issuer)}, ${word(verifiedBy)} (${level})`],
    ...(actors.length === 0 ? [] : [['acting', listed(actors)] as const]),
    ...(delegation.length === 0 ? [] : [['sub-agent', delegation.map(nameIn).join(' > ')] as const]),
    ...(change === undefined ? [] : [['change', word(change)] as const]),
  ] as const
}

function listed(names: readonly string[]): string {
  return names.map(word).join(', ')
}

/** What a session called the sub-agent that it made. */
function nameIn({ name }: Pick<DelegationLink, 'name'>): string {
  return name === undefined ? 'one without a name' : inQuotes(name)
}

/** By name, in the order of canonical JSON, so that the same facts read the same wherever they come from. */
function inOrder(members: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return Object.entries(members).sort(([a], [b]) => (a < b ? -1 : 1))
}
