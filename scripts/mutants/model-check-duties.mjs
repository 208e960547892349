import { core } from './approval-tests.mjs'

const source = (name) => `packages/core/src/${name}.ts`
const tests = core('model-check/duties-model-check')
const chains = 'distinct closures take the steps'
const exceptions = 'an exception is from one rule'

/** Guards of history chains and of exceptions that the exhaustive model check alone must miss. */
export const modelCheckDutyGuards = [
  [
    'two steps of one closure',
    'duties/claims',
    "const rule = markRule(rules, act, { ...chain, max: 1 }, 'steps', chain.steps)",
    "const rule = markRule(rules, act, { ...chain, max: 2 }, 'steps', chain.steps)",
    chains,
  ],
  ['a yes as a step', 'duties/act', '    about: act.effects,', '', chains],
  [
    'a request as a step',
    'enforce',
    "reserveSpending(policy.dutyRules, actOf(held, 'request'), {",
    "reserveSpending(policy.dutyRules, actOf(held, 'action'), {",
    chains,
  ],
  [
    'a no of the rules to a vote',
    'duty-reservation',
    "return typeof reservation === 'object' ? reservation.refusal.rules.join(', ') : undefined",
    "return typeof reservation === 'object' && act.about === undefined ? reservation.refusal.rules.join(', ') : undefined",
    chains,
  ],
  [
    'exceptions that are over',
    'duties/claim',
    'excuse === undefined || nowMs > excuse.untilMs',
    'excuse === undefined',
    exceptions,
  ],
  ['exceptions from other rules', 'duties/mitigated', 'each.rule === rule && own.has', 'own.has', exceptions],
  [
    'exceptions for other accounts',
    'duties/mitigated',
    ' && own.has(personKey(each.subject.issuer, each.subject.id))',
    '',
    exceptions,
  ],
  [
    'exceptions for whoever acts through the account',
    'duties/mitigated',
    '  if (!party.actors.every((actor) => own.has(actor))) return undefined\n',
    '',
    exceptions,
  ],
].map(([what, file, find, replace, only]) => ({
  name: `the model check of duties misses the guard against ${what}`,
  file: source(file),
  find,
  replace,
  tests,
  only,
}))
