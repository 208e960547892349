import { agentLists } from './agents.mjs'
import { maskingLists } from './masking.mjs'
import { actionProofGuards } from './action-proofs.mjs'
import { analyzer } from './analyzer.mjs'
import { analyzerColumnGuards } from './analyzer-columns.mjs'
import { approvalGuards } from './approvals.mjs'
import { countedVoteGuards } from './counted-votes.mjs'
import { clusterGuards } from './clusters.mjs'
import { contractGuards } from './contract.mjs'
import { comparedBuiltinGuards } from './compared-builtins.mjs'
import { narrowingGuards } from './narrowing.mjs'
import { bareWordGuards } from './bare-words.mjs'
import { doorPartGuards } from './door-parts.mjs'
import { decideGuards } from './decide.mjs'
import { definitionGuards } from './definitions.mjs'
import { plannedDefinitionGuards } from './definitions-planned.mjs'
import { readingDefinitionGuards } from './definitions-read.mjs'
import { delegationGuards } from './delegation.mjs'
import { kubernetesLists } from './k8s.mjs'
import { knownMemberGuards } from './known-members.mjs'
import { carriedOnGuards } from './carried-on.mjs'
import { remoteSignerGuards } from './remote-signers.mjs'
import { denialToldGuards } from './denials-told.mjs'
import { directoryGuards } from './directory.mjs'
import { door } from './door.mjs'
import { doorTransactionGuards } from './door-transactions.mjs'
import { estimatesPgGuards } from './estimates-pg.mjs'
import { evidenceGuards } from './evidence.mjs'
import { glassGuards } from './glass.mjs'
import { liftingGuards } from './lifting.mjs'
import { chainReviewGuards } from './chain-reviews.mjs'
import { glassReviewGuards } from './glass-review.mjs'
import { asleepGuards } from './asleep.mjs'
import { grantGuards } from './grants.mjs'
import { grantKeyGuards } from './grants-keys.mjs'
import { handedOutGuards } from './handed-out.mjs'
import { hiddenCallGuards } from './hidden-calls.mjs'
import { hiddenTypeGuards } from './hidden-types.mjs'
import { holdOptionGuards } from './hold-options.mjs'
import { controlGuards } from './controls.mjs'
import { dutyGuards } from './duties.mjs'
import { dutyHistoryGuards } from './duty-history.mjs'
import { idTokenGuards } from './id-tokens.mjs'
import { identityGuards } from './identity.mjs'
import { journalOwnerGuards } from './journal-owner.mjs'
import { sinkGuards } from './sinks.mjs'
import { sinkKindGuards } from './sink-kinds.mjs'
import { knownOptionGuards } from './known-options.mjs'
import { keptNameGuards } from './kept-names.mjs'
import { keyAndSequenceGuards } from './keys-and-sequences.mjs'
import { knownPeopleGuards } from './known-people.mjs'
import { ledgerGuards } from './ledger.mjs'
import { askingGuards, serveOperatorGuards, roomInDoorsGuards } from './room-in-doors.mjs'
import { serveGuards } from './serve.mjs'
import { serveControlGuards } from './serve-control.mjs'
import { loginTurnsGuards } from './login-turns.mjs'
import { ledgerPostgresGuards } from './ledger-postgres.mjs'
import { levelGuards } from './levels.mjs'
import { linkGuards } from './links.mjs'
import { lintGuards } from './lint.mjs'
import { lintHeldGuards } from './lint-held.mjs'
import { literalGuards } from './literals.mjs'
import { largeTextGuards } from './large-texts.mjs'
import { failedTransactionGuards, latePortalGuards, underWayGuards } from './late-portals.mjs'
import { leftForTheEndGuards } from './left-for-the-end.mjs'
import { loopbackGuards } from './loopback.mjs'
import { lookGuards } from './looks.mjs'
import { mitigationGuards } from './mitigations.mjs'
import { modelCheckGuards } from './model-check.mjs'
import { modelCheckDutyGuards } from './model-check-duties.mjs'
import { modelCheckGlassGuards } from './model-check-glass.mjs'
import { madeOfTypeGuards } from './made-of-types.mjs'
import { modelCheckGrantGuards } from './model-check-grants.mjs'
import { modelCheckTakeoverGuards } from './model-check-takeover.mjs'
import { namedTypeGuards } from './named-types.mjs'
import { oneStepGuards } from './one-step.mjs'
import { publicationGuards } from './publications.mjs'
import { oldRowGuards } from './old-rows.mjs'
import { operatorGuards } from './operators.mjs'
import { ownRowGuards } from './own-rows.mjs'
import { placeOfColumnGuards } from './places-of-columns.mjs'
import { path } from './path.mjs'
import { perChangeGuards } from './per-change.mjs'
import { cursorNameGuards, optionGuards, permitsInTimeGuards, statementCountGuards } from './permits-in-time.mjs'
import { policyGuards } from './policy.mjs'
import { proofGuards } from './proofs.mjs'
import { readValueGuards } from './read-values.mjs'
import { recordGuards } from './record.mjs'
import { relayAnswerGuards } from './relay-answers.mjs'
import { relayFloodGuards } from './relay-floods.mjs'
import { relayGreedGuards } from './relay-greed.mjs'
import { relayLoginGuards } from './relay-logins.mjs'
import { relayPageGuards } from './relay-pages.mjs'
import { relaySessionGuards } from './relay-sessions.mjs'
import { relayShownGuards } from './relay-shown.mjs'
import { relayGuards } from './relay.mjs'
import { relayStoreGuards } from './relay-store.mjs'
import { relayWaitingGuards } from './relay-waiting.mjs'
import { requestHeadGuards } from './request-head.mjs'
import { requestGuards } from './requests.mjs'
import { restrictingRoleGuards } from './restricting-roles.mjs'
import { revocationGuards } from './revocation.mjs'
import { rowGuards } from './rows.mjs'
import { samlAssertionGuards } from './saml-assertions.mjs'
import { samlFormGuards } from './saml-form.mjs'
import { samlOnceGuards } from './saml-once.mjs'
import { samlPeopleGuards } from './saml-people.mjs'
import { samlSignatureGuards } from './saml-signatures.mjs'
import { samlTextGuards } from './saml-text.mjs'
import { severalIssuerGuards } from './several-issuers.mjs'
import { scimListingGuards } from './scim-listing.mjs'
import { servedGuards } from './served.mjs'
import { sessionEndGuards } from './session-end.mjs'
import { slackGuards } from './slack.mjs'
import { slackInstallGuards } from './slack-installs.mjs'
import { slackMessageGuards } from './slack-messages.mjs'
import { signalGuards } from './signals.mjs'
import { signedGuards } from './signed.mjs'
import { signedPolicyGuards } from './signed-policies.mjs'
import { storedValueGuards } from './stored-values.mjs'
import { systemColumnGuards } from './system-columns.mjs'
import { takeoverGuards } from './takeover.mjs'
import { textSearchGuards } from './text-searches.mjs'
import { storedCallGuards } from './stored-calls.mjs'
import { toldByCatalogGuards } from './told-by-catalogs.mjs'
import { tokenSourceGuards } from './token-sources.mjs'
import { tokenGuards } from './tokens.mjs'
import { verificationGuards } from './verification.mjs'
import { verifiedTextGuards } from './verified-texts.mjs'
import { withheldErrorGuards } from './withheld-errors.mjs'
import { workloadGuards } from './workloads.mjs'
import { relayMessageGuards } from './relay-messages.mjs'
import { reasonGuards, webhookGuards } from './webhook.mjs'
import { relayedRequestGuards } from './relayed-requests.mjs'
import { stoppedLookGuards } from './stopped-looks.mjs'

/**
 * Every guard that a test must notice the loss of: `find` stands exactly once in `file` and becomes `replace`; one of
 * `tests` must fail then, one whose name matches `only` where that is given.
 */
const lists = {
  ...maskingLists,
  ...agentLists,
  path,
  'permits-in-time': permitsInTimeGuards,
  'late-portals': latePortalGuards,
  'stopped-looks': stoppedLookGuards,
  links: linkGuards,
  'failed-transaction': failedTransactionGuards,
  'under-way': underWayGuards,
  'left-for-the-end': leftForTheEndGuards,
  ...kubernetesLists,
  'kept-names': keptNameGuards,
  'large-texts': largeTextGuards,
  'keys-and-sequences': keyAndSequenceGuards,
  'bare-words': bareWordGuards,
  narrowing: narrowingGuards,
  'cursor-names': cursorNameGuards,
  options: optionGuards,
  'statement-counts': statementCountGuards,
  'session-end': sessionEndGuards,
  policy: policyGuards,
  mitigations: mitigationGuards,
  decide: decideGuards,
  'text-searches': textSearchGuards,
  identity: identityGuards,
  directory: directoryGuards,
  'known-options': knownOptionGuards,
  'restricting-roles': restrictingRoleGuards,
  'known-people': knownPeopleGuards,
  'scim-listing': scimListingGuards,
  'saml-text': samlTextGuards,
  'saml-form': samlFormGuards,
  'saml-signatures': samlSignatureGuards,
  'saml-assertions': samlAssertionGuards,
  'saml-once': samlOnceGuards,
  'saml-people': samlPeopleGuards,
  'several-issuers': severalIssuerGuards,
  levels: levelGuards,
  clusters: clusterGuards,
  contract: contractGuards,
  tokens: tokenGuards,
  proofs: proofGuards,
  'action-proofs': actionProofGuards,
  delegation: delegationGuards,
  glass: glassGuards,
  'glass review': glassReviewGuards,
  'chain-reviews': chainReviewGuards,
  lifting: liftingGuards,
  asleep: asleepGuards,
  grants: grantGuards,
  'grants-keys': grantKeyGuards,
  'token-sources': tokenSourceGuards,
  workloads: workloadGuards,
  approvals: approvalGuards,
  'counted-votes': countedVoteGuards,
  evidence: evidenceGuards,
  'estimates-pg': estimatesPgGuards,
  'hold-options': holdOptionGuards,
  signals: signalGuards,
  slack: slackGuards,
  'slack-installs': slackInstallGuards,
  'slack-messages': slackMessageGuards,
  signed: signedGuards,
  'verified-texts': verifiedTextGuards,
  'signed-policies': signedPolicyGuards,
  takeover: takeoverGuards,
  'model-check': modelCheckGuards,
  'model-check-grants': modelCheckGrantGuards,
  'model-check-takeovers': modelCheckTakeoverGuards,
  'model-check-glass': modelCheckGlassGuards,
  'model-check-duties': modelCheckDutyGuards,
  'id-tokens': idTokenGuards,
  relay: relayGuards,
  'relay-shown': relayShownGuards,
  'relay-store': relayStoreGuards,
  'relay-waiting': relayWaitingGuards,
  requests: requestGuards,
  webhook: webhookGuards,
  'relay-messages': relayMessageGuards,
  reasons: reasonGuards,
  'relayed-requests': relayedRequestGuards,
  rows: rowGuards,
  revocation: revocationGuards,
  ledger: ledgerGuards,
  lint: lintGuards,
  'lint-held': lintHeldGuards,
  'ledger-postgres': ledgerPostgresGuards,
  duties: dutyGuards,
  'one-step': oneStepGuards,
  'duty-history': dutyHistoryGuards,
  controls: controlGuards,
  'per-change': perChangeGuards,
  'handed-out': handedOutGuards,
  record: recordGuards,
  'journal-owner': journalOwnerGuards,
  sinks: sinkGuards,
  'sink-kinds': sinkKindGuards,
  verification: verificationGuards,
  looks: lookGuards,
  loopback: loopbackGuards,
  served: servedGuards,
  'door-parts': doorPartGuards,
  door,
  'door-transactions': doorTransactionGuards,
  analyzer,
  literals: literalGuards,
  definitions: definitionGuards,
  'stored-calls': storedCallGuards,
  'hidden-types': hiddenTypeGuards,
  'analyzer-columns': analyzerColumnGuards,
  'hidden-calls': hiddenCallGuards,
  'stored-values': storedValueGuards,
  operators: operatorGuards,
  'made-of-types': madeOfTypeGuards,
  'old-rows': oldRowGuards,
  publications: publicationGuards,
  'told-by-catalogs': toldByCatalogGuards,
  'own-rows': ownRowGuards,
  'places-of-columns': placeOfColumnGuards,
  'system-columns': systemColumnGuards,
  'read-values': readValueGuards,
  'named-types': namedTypeGuards,
  'compared-builtins': comparedBuiltinGuards,
  'withheld-errors': withheldErrorGuards,
  'definitions-planned': plannedDefinitionGuards,
  'definitions-read': readingDefinitionGuards,
  'relay-answers': relayAnswerGuards,
  'relay-floods': relayFloodGuards,
  'relay-greed': relayGreedGuards,
  'relay-logins': relayLoginGuards,
  'relay-pages': relayPageGuards,
  'relay-sessions': relaySessionGuards,
  serve: serveGuards,
  'serve-control': serveControlGuards,
  'login-turns': loginTurnsGuards,
  'denials-told': denialToldGuards,
  'remote-signers': remoteSignerGuards,
  'carried-on': carriedOnGuards,
  'known-members': knownMemberGuards,
  'request-head': requestHeadGuards,
  'room-in-doors': roomInDoorsGuards,
  asking: askingGuards,
  'serve-operators': serveOperatorGuards,
}

export const mutants = Object.entries(lists).flatMap(([list, guards]) => guards.map((guard) => ({ ...guard, list })))

/** The guards that have one of the words in their list's name, their own or their file's; all without a word. */
export function chosenBy(words) {
  if (words.length === 0) return mutants
  return mutants.filter(({ file, list, name }) =>
    words.some((word) => `${list} ${name} ${String(file)}`.includes(word)),
  )
}
