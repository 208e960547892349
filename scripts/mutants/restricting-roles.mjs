const tests = ['packages/core/test/directory/restricting-roles.test.ts']

/** That leaving a role out of a token, or of the directory, gets rid of no restriction. */
export const restrictingRoleGuards = [
  ['the directory says it', 'identity/standing', '    listedRoles: record.roles ?? [],\n'],
  ['the token says it', 'identity/make-principal', '...principal.restrictingRoles, ...rolesOf', '...rolesOf'],
  [
    'it is on record and digested',
    'identity/principal-fragment',
    'restrictingRoles: restrictingRoles.length === roles.length ? undefined : restrictingRoles,',
    'restrictingRoles: undefined,',
  ],
  ['an action is decided', 'decided-action', '    restrictingRoles: requester.principal.restrictingRoles,\n'],
  ['the duties of a door are looked up', 'access', 'principal.level, principal.restrictingRoles)', 'principal.level)'],
  ['an action is counted', 'decided-action', 'roles: principal.restrictingRoles,', 'roles: principal.roles,'],
  [
    'a session opens beside roles that are kept apart',
    'duty-reservation',
    'roles: principal.restrictingRoles }',
    'roles: principal.roles }',
  ],
  [
    'a session on record is counted',
    'record/replayed-duties',
    'roles: opened.restrictingRoles }',
    'roles: opened.roles }',
  ],
  ['somebody approves', 'approvals/eligibility', 'return { roles, restrictingRoles, level', 'return { roles, level'],
  [
    'a vote is counted',
    'duty-reservation',
    '{ party: approver, roles: approver.restrictingRoles }',
    '{ party: approver, roles: approver.roles }',
  ],
  [
    'a vote on record is counted',
    'record/replayed-duties',
    'const { party, restrictingRoles: roles } = partyOf(event, who)',
    'const { party, roles } = partyOf(event, who)',
  ],
].map(([when, file, find, replace = '']) => ({
  name: `a role that gives nothing restricts when ${when}`,
  file: `packages/core/src/${file}.ts`,
  find,
  replace,
  tests,
}))
