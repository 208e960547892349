import type { ClaimTable, PrincipalKind } from '@bothkeys/core/verifier'

/** Which attributes say who somebody is. They are named as the response names them. */
export interface AttributeOptions {
  /** What the responses stand for: people as a rule. An attribute and a table where it differs. */
  readonly kind: PrincipalKind | AttributeTable<PrincipalKind>
  /** The attributes with the roles, one or several. */
  readonly roles: string | readonly string[]
  /** Turns their values into the policy's roles; values that are not listed are dropped. */
  readonly roleMap: Readonly<Record<string, string>>
  /** The attribute with the accountable people of an agent: names of this issuer, or of the one named. */
  readonly owners?: string | { readonly attribute: string; readonly issuer: string }
  /** The class of an agent. An agent whose class is not in the table is refused. */
  readonly agentClass?: AttributeTable
  /** The attribute with the root of the run. */
  readonly run?: string
  /** The attribute with the change that the work belongs to. */
  readonly change?: string
}

/** An attribute of one value and what its values mean: what is not in the table means nothing. */
export interface AttributeTable<Value extends string = string> {
  /** The name of the attribute. */
  readonly attribute: string
  /** What each of its values means. */
  readonly values: ClaimTable<Value>['values']
}
