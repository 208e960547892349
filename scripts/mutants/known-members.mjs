import { approvals, core } from './approval-tests.mjs'

const read = core('approvals/relayed-request')
const only = (part, find, replace) => ({
  name: `what nobody is shown is not passed over in ${part}`,
  file: approvals(part === 'a stage' ? 'engine-claims' : 'exact-request'),
  find,
  replace,
  tests: read,
})

/** A request that is read in another process says nothing that its reader does not know. */
export const knownMemberGuards = [
  only('a request', "  read.only(names.request, value, 'text')\n", ''),
  only('its action', "read.only(names.action, value['action'], 'action')", "read.members(value['action'], 'action')"),
  only('its actor', "read.only(names.actor, value['actor'], 'actor')", "read.members(value['actor'], 'actor')"),
  only('its target', "read.only(names.target, value['target'], 'target')", "read.members(value['target'], 'target')"),
  only(
    'its subject',
    "read.only(names.subject, actor['subject'], 'subject')",
    "read.members(actor['subject'], 'subject')",
  ),
  only('an effect', "read.only(names.effect, value, 'effects')", "read.members(value, 'effects')"),
  only('a link', "read.only(names.link, link, 'delegation')", "read.members(link, 'delegation')"),
  only('the subject of a link', "  read.only(names.subject, subject, 'delegation')\n", ''),
  only(
    'a stage',
    "read.only(['count', 'independent', 'role', 'stage'], stage, 'stages')",
    "read.members(stage, 'stages')",
  ),
  {
    name: 'an estimate that is none is refused by whoever reads it elsewhere',
    file: approvals('engine-claims'),
    find: "  if (estimate === undefined) throw read.refuse('its estimate is none')\n  return estimate",
    replace: "  return estimate ?? { none: 'invalid' }",
    tests: read,
  },
  {
    name: 'an estimate that was written down is read as it was written',
    file: approvals('estimate'),
    find: 'canonicalJson(value as CanonicalInput) === canonicalJson(estimate as CanonicalInput) ?',
    replace: 'estimate !== undefined ?',
    tests: [...read, ...core('approvals/stored-request')],
  },
  {
    name: 'a stored request with an estimate that is none is none',
    file: approvals('stored-request'),
    find: "  if (value['estimate'] !== undefined && estimated === undefined) return undefined\n",
    replace: '',
    tests: core('approvals/stored-request'),
  },
]
