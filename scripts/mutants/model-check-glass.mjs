import { core } from './approval-tests.mjs'

const source = (name) => `packages/core/src/${name}.ts`
const tests = core('model-check/glass-model-check')

/** Guards of broken glass that the exhaustive model check alone must miss. */
export const modelCheckGlassGuards = [
  ['whoever has another role', 'glass/glass-breaker', ' && who.roles.includes(rule.role)', ''],
  [
    'roles that the directory took',
    'glass/glass-keeper',
    'who.roles().filter((role) => roles.includes(role))',
    'who.roles()',
  ],
  [
    'agents that break glass',
    'glass/glass-breaker',
    "  if (rule.from === 'humans' && who.kind !== 'human') return false\n",
    '',
  ],
  [
    'agents that pass for people',
    'glass/glass-keeper',
    'options, { kind: principal.kind, roles: live })',
    "options, { kind: 'human', roles: live })",
  ],
  ['glass without a review', 'glass/glass-keeper', '      assertReviewed(rule, principal, others, nowMs)\n', ''],
  [
    'the second account of whoever broke glass',
    'glass/glass-breaker',
    'conflicts(breaker.party, principal, mandatoryDimensions)',
    "conflicts(breaker.party, principal, ['run'])",
  ],
  [
    'reviews that are overdue',
    'glass/glass-breaker',
    'if (late !== undefined) throw overdue(late.facts)',
    'if (late === null) throw overdue(late)',
  ],
  ['verdicts that justify nothing', 'glass/glass-review', "if (verdict === 'justified') await", 'await'],
  [
    'reviews of glass that is open',
    'glass/glass-review',
    '!isOverAt(glass, await this.#stored.nowMs()))',
    'glass.facts.id === "")',
  ],
  ['reviews of glass that is open where it was broken', 'glass/glass-review', 'this.#context.isOpen(id) || ', ''],
  ['reviews by agents', 'reviews/said', "  if (reviewer.kind !== 'human') return { reason: 'not-human' }\n", ''],
  ['reviews by whoever broke it', 'reviews/reviewer', 'if (shared.length > 0)', 'if (shared.length > 9)'],
  ['reviews without the role', 'reviews/reviewer', 'standing.roles.includes(role) ?', 'role !== "" ?'],
  ['glass that is over', 'glass/glass-keeper', 'return !glass.over && !glass.expiry.expired()', 'return !glass.over'],
  [
    'glass that was given back',
    'glass/glass-keeper',
    'return !glass.over && !glass.expiry.expired()',
    'return !glass.expiry.expired()',
  ],
  ['glass that lasts longer than was asked for', 'glass/glass-keeper', 'options.forMs ?? rule.forMs', 'rule.forMs'],
  ['glass of another session', 'glass/glass-keeper', 'this.#live.get(sessionId)', '[...this.#live.values()][0]'],
  ['glass on another target', 'glass/glass-keeper', ' || glass.target !== target.name', ''],
  [
    'glass whose rule is gone',
    'glass/glass-keeper',
    'policy.glassRules?.get(glass.rule)',
    '(this.known ??= policy.glassRules?.get(glass.rule))',
  ],
].map(([what, file, find, replace]) => ({
  name: `the model check of glass misses the guard against ${what}`,
  file: source(file),
  find,
  replace,
  tests,
}))
