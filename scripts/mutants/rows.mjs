/** What approvers read says who asks, and cannot pose as something else on a terminal. */
export const rowGuards = [
  ['who acts with the token is shown', 'request-head', 'actors.length === 0', 'actors.length < 9'],
  ['which sub-agent asks is shown', 'request-head', 'delegation.length === 0', 'delegation.length < 9'],
  ['no line goes on in the first column', 'request-view', 'inRows(lines).join', 'lines.join'],
  ['wide characters take two columns', 'rows', '< 0x1100 ? 1 : 2', '< 0x1100 ? 1 : 1'],
  ['further rows stand behind a bar', 'rows', "const goesOn = '    |> '", "const goesOn = ''"],
].map(([name, file, find, replace]) => ({
  name,
  file: `packages/core/src/approvals/${file}.ts`,
  find,
  replace,
  tests: ['packages/core/test/approvals/request-view.test.ts'],
}))
