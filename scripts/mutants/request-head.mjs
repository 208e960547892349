import { approvals, core } from './approval-tests.mjs'

/** The head of a view: nothing that is not ours poses as something else in it, and nothing of it is left out unsaid. */
export const requestHeadGuards = [
  [
    'quotes what is no plain word',
    '/^[\\w$.:/@#+-]+$/u.test(text) ? text : inQuotes(text)',
    'inQuotes(text).slice(1, -1)',
  ],
  ['quotes what is a list', '/^[\\w$.:/@#+-]+$/u', '/^[\\w$.:/@#+, -]+$/u'],
  ['shows the requester', '${word(subject.id)} of', '${subject.id} of'],
  ['shows the issuer', 'of ${word(subject.issuer)}', 'of ${subject.issuer.slice(1)}'],
  ['shows the verifier', ', ${word(verifiedBy)}', ', ${verifiedBy}'],
  ['shows the change', "['change', word(change)]", "['change', change]"],
  ['shows who acts', "['acting', listed(actors)]", "['acting', actors.join(', ')]"],
  ['shows the rules', "['rules', listed(request.rules)]", "['rules', request.rules.join(', ')]"],
  ['shows the stages', '`${word(stage)}: ', '`${stage}: '],
  ['shows the roles', ' of ${word(role)}`', ' of ${role}`'],
  ['shows the names of settings', '`${word(name)} = ', '`${name} = '],
  ['shows the values of settings', ' = ${word(value)}`', ' = ${value}`'],
  ['shows the operation', '`${word(operation)} on', '`${operation} on'],
  ['shows the target', ' on ${word(target.name)}', ' on ${target.name}'],
  ['shows the kind', '(${word(target.kind)})', '(${target.kind})'],
  ['is bounded in each line', '${text.slice(0, maxCharacters)}`', '${text}`'],
  ['is bounded in its first line', 'title: title.slice(0, maxCharacters)', 'title'],
  ['is bounded in settings', '...settings.slice(0, maxSettings).map(', '...settings.map('],
  ['says that a line goes on', "...(isLong ? ['A", "...(isLong && title === '' ? ['A"],
  ['says that its first line goes on', '[title, ...said', '[...said'],
  ['says that there are more settings', 'settings.length > maxSettings ?', 'settings.length > 9_999 ?'],
].map(([which, find, replace]) => ({
  name: `the head of a view ${which}`,
  // The rule for a word stands beside that for quotes.
  file: approvals(find.startsWith('/^') ? 'visible' : 'request-head'),
  find,
  replace,
  tests: core('approvals/request-view'),
}))

requestHeadGuards.push({
  name: 'an action whose head is cut is asked about at no level that needs it whole',
  file: approvals('request-view'),
  find: '    ...head.cuts,\n',
  replace: '',
  tests: core('approvals/request-view', 'approvals/signed-approver'),
})
