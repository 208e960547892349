const source = (name) => `packages/core/src/controls/${name}.ts`
const test = (name) => [`packages/core/test/controls/${name}.test.ts`]

const guard = (tests, file, name, find, replace = '') => ({
  name,
  file: source(file),
  find,
  replace,
  tests: test(tests),
})
const mapping = (file, name, find, replace) => guard('control-mapping', file, name, find, replace)
const query = (name, find, replace) => guard('evidence-query', 'evidence-query', name, find, replace)
const evidence = (name, find, replace) => guard('evidence', 'evidence', name, find, replace)

/** That nothing is claimed which no rule does, and that evidence is what it seems. */
export const controlGuards = [
  mapping('policy-feature', 'two people are two', 'const isDual = people >= 2', 'const isDual = people >= 1'),
  mapping(
    'policy-feature',
    'people of all stages count together',
    '(sum, { count }) => sum + count',
    '(sum, { count }) => Math.max(sum, count)',
  ),
  mapping('policy-feature', 'votes of agents are no people', "from === 'humans' ? ", 'from !== undefined ? '),
  mapping(
    'policy-feature',
    'reading is no change',
    "isDual && changes ? 'dual-approval-of-changes'",
    "isDual ? 'dual-approval-of-changes'",
  ),
  mapping('policy-feature', 'what is signed is asked to be', " && isAtLeast(level, 'signed')", ''),
  mapping('policy-feature', 'audit data is where somebody says', 'auditTargets.has(target)', "target !== ''"),
  mapping(
    'policy-feature',
    'audit data is protected by two people',
    "isDual && rule.duties.has('delete')",
    "rule.duties.has('delete')",
  ),
  mapping('policy-feature', 'a glass is named where it lifts', "['break-glass', 'review']", "['review']"),
  mapping(
    'policy-feature',
    'a chain has reviews only where it says so',
    "review === undefined ? ['history-chain'] : ",
    '',
  ),
  mapping('policy-feature', 'rules stand in the order of their ids', 'compare(one.id, other.id) || ', ''),
  mapping(
    'control',
    'a wall alone keeps no duties apart',
    "['separate-duties', 'separate-roles', 'history-chain']",
    "['separate-duties', 'separate-roles', 'history-chain', 'wall']",
  ),
  mapping(
    'control-mapping',
    'each group needs a rule of its own',
    'needs.filter((need) => !isMet(need))',
    'needs.every((need) => !isMet(need)) ? needs : []',
  ),
  mapping(
    'control-mapping',
    'what no rule does is not implemented',
    'if (needs.length > 0 && missing.length === needs.length) return',
    'if (needs.length < 0) return',
  ),
  mapping('control-mapping', 'what no policy can say stays open', ' && beyond === undefined && ', ' && '),
  mapping('control-mapping', 'an error of lint counts', ' && errors.length === 0\n', '\n'),
  mapping('control-mapping', 'a way around approvals counts', ' && ways.length === 0 && ', ' && '),
  mapping('control-mapping', 'a way around is one around approvals', 'needs.length === 0 ? [] : rules', 'rules'),
  mapping(
    'control-mapping',
    'findings are about the rules',
    "if (code === 'policy-admin-approves') return needs.length > 0",
    "if (code !== 'policy-admin-approves') return true",
  ),
  mapping(
    'control-mapping',
    'only rules that help are listed',
    'kinds.some((kind) => feature.kinds.has(kind))',
    'kinds.length >= 0',
  ),
  mapping('control-mapping', 'an exception ends', 'inForce: at.getTime() <= untilMs', 'inForce: true'),
  mapping(
    'control-mapping',
    'an exception is of the rules listed',
    'exceptions.filter(({ rule }) => apart.has(rule))',
    'exceptions',
  ),
  mapping(
    'control-mapping',
    'an exception is from what keeps apart',
    "rules.filter(({ rule }) => rule === 'separate')",
    'rules',
  ),
  mapping(
    'control-mapping',
    'exceptions stand in the order of their ids',
    '\n      .toSorted((one, other) => compare(one.id, other.id))',
    '',
  ),
  mapping('control-mapping', 'a time is one', ' || Number.isNaN(at.getTime()))', ')'),
  mapping(
    'control-mapping',
    'an option that is not known is refused',
    "  assertKnownOptions('controlMapping', options, optionNames)\n",
  ),
  mapping(
    'control-mapping',
    'audit targets are of the policy',
    'if (!rules.targets.has(target))',
    "if (target === '')",
  ),
  mapping(
    'control-mapping',
    'the mapping is frozen',
    '    for (const member of Object.values(value)) frozen(member)\n',
  ),
  mapping('mapping-csv', 'no formula runs', 'formula.test(text) ? ', "text === '' ? "),
  mapping('mapping-csv', 'a tab and a line are no way around that', '\\t\\r\\n', ''),
  mapping('mapping-csv', 'quotes are doubled', "inert.replaceAll('\"', '\"\"')", 'inert'),
  mapping('mapping-csv', 'what needs quotes has them', '/[",\\r\\n]/u.test(inert)', "inert === ''"),
  mapping('mapping-csv', 'a control without rules has a row', 'control.rules.length === 0 ? [undefined] : ', ''),
  mapping(
    'mapping-csv',
    'an exception is no role of the same name',
    "rule?.rule === 'separate' ?",
    'rule !== undefined ?',
  ),
  query('a vote is of a person', "party?.kind === 'human'", 'party !== undefined'),
  query('two accounts of one person are one', "['subject', 'person']", "['subject']"),
  query('one account is one person', "['subject', 'person']", "['agentClass']"),
  query('as many as asked for are found', 'missing === 0 ||', 'missing <= 1 ||'),
  query('an event is of the type', 'event.type === type && fulfils(event)', 'fulfils(event)'),
  query('an event fulfils what is asked', 'event.type === type && fulfils(event)', 'event.type === type'),
  query('all conditions are fulfilled', 'checks.every((holds)', 'checks.some((holds)'),
  query('values are exact', 'value === member', 'String(value) === String(member)'),
  query(
    'what is no list has no items',
    '(member) => Array.isArray(member) && member.some(fulfils)',
    '(member) => Object.values(member ?? {}).some(fulfils)',
  ),
  evidence(
    'a control is known',
    "if (asked === undefined) throw wrongOption('evidenceFor', 'there is no such control')\n  const isEvidence = evidenceMatcher(asked.evidence)",
    'const isEvidence = evidenceMatcher(asked?.evidence ?? [])',
  ),
  evidence('damage in files is found', '  if (walk.damage !== undefined) throw corrupt(walk.damage.lsn)\n'),
  evidence(
    'damage in events is found',
    "if (checked === undefined || 'damage' in checked) throw",
    'if (checked === undefined) throw',
  ),
  evidence(
    'what is no event is found',
    "if (checked === undefined || 'damage' in checked) throw corrupt(check.lsn)",
    "if (checked === undefined) continue\n    if ('damage' in checked) throw corrupt(check.lsn)",
  ),
  evidence('the end of an action is told', 'outcomes.set(String(intent), String(outcome))', 'outcomes.size'),
  evidence('looking can be aborted', 'if (signal?.aborted === true) throw', 'if (signal === null) throw'),
  evidence(
    'a journal that cannot be read says so',
    "throw new BothKeysError('ERR_JOURNAL_UNAVAILABLE', `the journal in ${directory} cannot be read`, { cause })",
    'throw cause',
  ),
]
