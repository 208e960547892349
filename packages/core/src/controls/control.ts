import { changingDuties } from './policy-feature.js'
import type { FeatureKind } from './policy-feature.js'
import type { EvidenceQuery } from './evidence-query.js'

/** A control of a framework, and what of a policy and of the record is about it. */
export interface Control {
  readonly id: ControlId
  readonly framework: string
  readonly title: string
  /** What it asks for, in our own words. */
  readonly asks: string
  /** Kinds of rules, of each of which the policy needs one of the group. None: the policy has no part in it. */
  readonly needs: readonly { readonly what: string; readonly anyOf: readonly FeatureKind[] }[]
  /** Kinds of rules that help, and are not enough. */
  readonly helps: readonly FeatureKind[]
  /** What bothkeys does for it whatever the policy says. */
  readonly always?: string
  /** What it asks for beyond all that a policy can say. It is never more than partly implemented then. */
  readonly beyond?: string
  readonly evidence: EvidenceQuery
}

/** The controls that are mapped, by framework and number. */
export type ControlId =
  | 'NIST AC-3(2)'
  | 'NIST AC-5'
  | 'NIST AC-6(9)'
  | 'NIST AU-10'
  | 'NIST AU-9(5)'
  | 'NIST CM-5(4)'
  | 'PCI 10.2'
  | 'PCI 6.5.4'
  | 'PCI 7.2'
  | 'ISO A.5.3'
  | 'SOX 404'

const nist = 'NIST SP 800-53 Rev. 5'
const pci = 'PCI DSS 4.0.1'

const apart: readonly FeatureKind[] = ['separate-duties', 'separate-roles', 'history-chain']
const dutiesApart = { what: 'keeps duties, roles or steps apart', anyOf: apart }
const changes = { '/action/effects': { some: { '/duty': { is: changingDuties } } } } as const
const approvedBy = (people: number) => ({ '/approval/votes': { people } })
/** That they are two is worth no more than that they are they: who votes by a callback is whoever it says (`asserted`). */
const approvedByTwo = { '/approval/votes': { people: 2, level: 'channel' } } as const
const twoPeople = 'two people who prove who they are'
const conflicts: EvidenceQuery = [
  { type: 'action.denied', where: { '/code': { is: ['ERR_DUTY_CONFLICT'] } } },
  { type: 'duty.excused' },
  { type: 'session.refused', where: { '/code': { is: ['ERR_DUTY_CONFLICT'] } } },
]

/** Every control that the mapping knows; docs/controls.md is kept equal to it by a test. */
export const controls: readonly Control[] = Object.freeze([
  {
    id: 'NIST AC-3(2)',
    framework: nist,
    title: 'Access Enforcement: Dual Authorization',
    asks: 'Chosen actions are taken only when two people have approved them.',
    needs: [{ what: `asks ${twoPeople}`, anyOf: ['dual-approval'] }],
    helps: ['asserted-dual-approval', 'break-glass', 'grant-cap'],
    evidence: [
      { type: 'action.intent', where: approvedByTwo },
      { type: 'grant.given', where: approvedByTwo },
    ],
  },
  {
    id: 'NIST AC-5',
    framework: nist,
    title: 'Separation of Duties',
    asks: 'Duties that must not be in one hand are named, and access is given so that they are not.',
    needs: [dutiesApart],
    helps: ['wall', 'role'],
    evidence: conflicts,
  },
  {
    id: 'NIST AC-6(9)',
    framework: nist,
    title: 'Least Privilege: Log Use of Privileged Functions',
    asks: 'Whenever somebody uses a privileged function, that is on record.',
    needs: [],
    helps: ['break-glass'],
    always: 'every action that goes through a door is on record before it runs',
    beyond: 'a policy cannot say that no privileged function is reached past the doors',
    evidence: [
      {
        type: 'action.intent',
        where: { '/action/effects': { some: { '/duty': { is: ['define', 'execute', 'grant'] } } } },
      },
      { type: 'glass.broken' },
      { type: 'policy.loaded' },
    ],
  },
  {
    id: 'NIST AU-10',
    framework: nist,
    title: 'Non-repudiation',
    asks: 'Somebody who took an action cannot credibly deny it afterwards.',
    needs: [{ what: 'asks for approvals that are signed', anyOf: ['signed-approval'] }],
    helps: [],
    always: 'events are chained by their hashes',
    beyond: 'whether the actions themselves are signed (`proveAction`) is not in the policy',
    evidence: [{ type: 'approval.vote', where: { '/level': { is: ['signed', 'phishing-resistant'] } } }],
  },
  {
    id: 'NIST AU-9(5)',
    framework: nist,
    title: 'Protection of Audit Information: Dual Authorization',
    asks: 'Audit information is moved or deleted only when two people have approved it.',
    needs: [
      {
        what: `asks ${twoPeople} for deleting on a target that holds audit data`,
        anyOf: ['dual-approval-of-audit-data'],
      },
    ],
    helps: [],
    beyond: 'no rule is about the files of the journal: whoever owns them can delete them',
    evidence: [
      {
        type: 'action.intent',
        where: { ...approvedByTwo, '/action/effects': { some: { '/duty': { is: ['delete'] } } } },
      },
    ],
  },
  {
    id: 'NIST CM-5(4)',
    framework: nist,
    title: 'Access Restrictions for Change: Dual Authorization',
    asks: 'Chosen changes are made only when two people have approved them.',
    needs: [{ what: `asks ${twoPeople} for changes`, anyOf: ['dual-approval-of-changes'] }],
    helps: ['break-glass', 'grant-cap'],
    evidence: [{ type: 'action.intent', where: { ...approvedByTwo, ...changes } }],
  },
  {
    id: 'PCI 10.2',
    framework: pci,
    title: 'Audit logs',
    asks: 'Access to data, administrative actions and attempts that failed are on record, with who, what, when and where.',
    needs: [],
    helps: [],
    always: 'sessions, actions, denials and changes of the policy are on record',
    beyond: 'a policy cannot say that no data is reached past the doors, nor who reads the record',
    evidence: [
      { type: 'action.denied' },
      { type: 'action.intent' },
      { type: 'policy.loaded' },
      { type: 'revocation' },
      { type: 'session.close' },
      { type: 'session.open' },
      { type: 'session.refused' },
    ],
  },
  {
    id: 'PCI 6.5.4',
    framework: pci,
    title: 'Roles separated between production and pre-production',
    asks: 'Roles and functions are apart, so that only changes that were reviewed and approved get into production.',
    needs: [dutiesApart, { what: 'has people approve changes', anyOf: ['approval-of-changes'] }],
    helps: ['deny', 'break-glass'],
    beyond: 'which targets are production, and that all of them are here, is not in the policy',
    evidence: [{ type: 'action.intent', where: { ...approvedBy(1), ...changes } }],
  },
  {
    id: 'PCI 7.2',
    framework: pci,
    title: 'Access is defined and assigned by need',
    asks: 'Everybody has the access that their work needs, by role, and no more.',
    needs: [{ what: 'defines roles', anyOf: ['role'] }],
    helps: ['deny', 'limit', 'wall'],
    beyond: 'whether a role has no more than its work needs, and who reviews that, people have to say',
    evidence: [{ type: 'action.denied' }, { type: 'policy.loaded' }, { type: 'session.open' }],
  },
  {
    id: 'ISO A.5.3',
    framework: 'ISO/IEC 27001:2022',
    title: 'Segregation of duties',
    asks: 'Duties and areas of responsibility that conflict are apart: who asks for something, who approves it and who does it.',
    needs: [dutiesApart, { what: 'has people approve', anyOf: ['approval'] }],
    helps: ['wall', 'review', 'break-glass'],
    evidence: [{ type: 'action.intent', where: approvedBy(1) }, ...conflicts, { type: 'work.reviewed' }],
  },
  {
    id: 'SOX 404',
    framework: 'Sarbanes-Oxley Act, section 404',
    title: 'Internal control over financial reporting',
    asks: 'Authorizing, doing and checking are in different hands, and management can show it.',
    needs: [
      dutiesApart,
      { what: 'has people approve', anyOf: ['approval'] },
      { what: 'has what was done reviewed', anyOf: ['review'] },
    ],
    helps: ['wall', 'limit', 'break-glass'],
    beyond: 'which systems matter for the reports, and whether the control worked all year, management assesses',
    evidence: [
      { type: 'action.intent', where: approvedBy(1) },
      { type: 'glass.reviewed' },
      { type: 'policy.loaded' },
      { type: 'work.reviewed' },
    ],
  },
] satisfies readonly Control[])
