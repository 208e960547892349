import { expectTypeOf, it } from 'vitest'
import type {
  AllowRuleInput,
  ApprovalRequest,
  ApprovalRequirement,
  CallbackApproverOptions,
  Decision,
  DenialReason,
  DenyRuleInput,
  Digest,
  Durability,
  EventEnvelope,
  Finding,
  GlassRuleInput,
  HiddenValues,
  HoldRuleInput,
  IndependenceDimension,
  Journal,
  JournalContext,
  JournalFactory,
  JournalVerification,
  JwtAlgorithm,
  JwtVerifierOptions,
  LimitInput,
  MaskRuleInput,
  MemoryLedgerOptions,
  MitigationInput,
  Obligations,
  PolicyInput,
  PolicyTarget,
  Position,
  RecordedAt,
  RecordRuleInput,
  SeparationInput,
  Session,
  SessionId,
  TargetInput,
  TerminalApproverOptions,
  VerifyJournalOptions,
} from '../src/index.js'
import { callbackApprover, loadPolicy, memoryLedger, terminalApprover, verifyJournal } from '../src/index.js'

type Items<List> = NonNullable<List> extends readonly (infer Item)[] ? Item : never

it('what a policy is written as has names', () => {
  expectTypeOf<PolicyInput['targets'][string]>().toEqualTypeOf<TargetInput>()
  expectTypeOf<Items<PolicyInput['roles'][string]>>().toEqualTypeOf<AllowRuleInput>()
  expectTypeOf<Items<PolicyInput['deny']>>().toEqualTypeOf<DenyRuleInput>()
  expectTypeOf<Items<PolicyInput['hold']>>().toEqualTypeOf<HoldRuleInput>()
  expectTypeOf<Items<PolicyInput['record']>>().toEqualTypeOf<RecordRuleInput>()
  expectTypeOf<Items<PolicyInput['limits']>>().toEqualTypeOf<LimitInput>()
  expectTypeOf<Items<PolicyInput['breakGlass']>>().toEqualTypeOf<GlassRuleInput>()
  expectTypeOf<Items<PolicyInput['mask']>>().toEqualTypeOf<MaskRuleInput>()
  expectTypeOf<Items<PolicyInput['mitigations']>>().toEqualTypeOf<MitigationInput>()
  expectTypeOf<NonNullable<PolicyInput['separate']>>().toEqualTypeOf<SeparationInput>()
})

it('what is decided and asked has names', () => {
  expectTypeOf<Extract<Decision, { effect: 'hold' }>['requirement']>().toEqualTypeOf<ApprovalRequirement>()
  expectTypeOf<Items<Extract<Decision, { effect: 'deny' }>['reasons']>>().toEqualTypeOf<DenialReason>()
  expectTypeOf<Extract<Decision, { effect: 'allow' }>['obligations']>().toEqualTypeOf<Obligations>()
  expectTypeOf<Exclude<Obligations['durability'], undefined>>().toEqualTypeOf<Durability>()
  expectTypeOf<Items<ApprovalRequirement['stages']>['independent']>().toEqualTypeOf<readonly IndependenceDimension[]>()
  expectTypeOf<ApprovalRequest['digest']>().toEqualTypeOf<Digest>()
  expectTypeOf<NonNullable<ApprovalRequest['hidden']>>().toEqualTypeOf<HiddenValues>()
  expectTypeOf<NonNullable<Finding['position']>>().toEqualTypeOf<Position>()
  expectTypeOf(loadPolicy).returns.toHaveProperty('targets').toEqualTypeOf<ReadonlyMap<string, PolicyTarget>>()
})

it('options, and what they make, have names', () => {
  expectTypeOf(callbackApprover).parameter(0).toEqualTypeOf<CallbackApproverOptions>()
  expectTypeOf(terminalApprover).parameter(0).toEqualTypeOf<TerminalApproverOptions>()
  expectTypeOf(memoryLedger).parameter(0).exclude<undefined>().toEqualTypeOf<MemoryLedgerOptions>()
  expectTypeOf(verifyJournal).parameter(1).exclude<undefined>().toEqualTypeOf<VerifyJournalOptions>()
  expectTypeOf(verifyJournal).returns.resolves.toEqualTypeOf<JournalVerification>()
  expectTypeOf<Items<JwtVerifierOptions['algorithms']>>().toEqualTypeOf<JwtAlgorithm>()
  expectTypeOf<Parameters<JournalFactory['open']>[0]>().toEqualTypeOf<JournalContext>()
  expectTypeOf<Awaited<ReturnType<Journal['append']>>>().toEqualTypeOf<RecordedAt>()
  expectTypeOf<Pick<EventEnvelope, 'lsn' | 'seq'>>().toEqualTypeOf<RecordedAt>()
  expectTypeOf<Session['id']>().toEqualTypeOf<SessionId>()
})
