import type { JsonObject } from '../json.js'
import { Attributes, type DangerAttributes } from './attributes.js'
import { checkControlPlane } from './control-plane.js'
import { checkCredentialObjects } from './credentials.js'
import { type Finding, Findings } from './finding.js'
import { type Kind, type KindedObject, objectsIn } from './kind.js'
import { checkLosses } from './losses.js'
import { checkNamespaceLabels } from './namespace-labels.js'
import { checkPodSecurity, podSecurityOf } from './pod-security/pod-security.js'
import type { PodTemplate } from './pod-template.js'
import { podTemplates, podTemplatesIn } from './pod-templates.js'
import { checkRbac } from './rbac/rbac.js'
import { checkTakeover } from './takeover/takeover.js'
import { checkTraffic } from './traffic.js'

/** What is known about an object beside itself. */
export interface ObjectContext {
  /** The object as it was; `new` if it was not there, `unknown` if it could not be read. */
  readonly before: JsonObject | 'new' | 'unknown'
  /** What the object is, if it does not say it: the kind of the resource that was asked for. */
  readonly kind?: Kind | undefined
  /** Where images may come from, for example `registry.example.com/team`; anywhere if this is not said. */
  readonly allowedImages?: readonly string[] | undefined
}

export type ObjectDangers =
  | { readonly findings: readonly Finding[]; readonly attributes: DangerAttributes }
  | { readonly refused: string }

/**
 * Says what is dangerous about an object as it would be stored, best as the API server answers a dry run: which field, and why, and
 * no values. `attributes` has what is worth knowing besides, and `podSecurity` if pods are made of the object. Pure; never throws.
 * Refuses what cannot be looked through.
 */
export function dangersOfObject(object: JsonObject, context: ObjectContext): ObjectDangers {
  const found = objectsIn(object, context.kind)
  if ('refused' in found) return found
  const pods = podTemplatesIn(found.objects)
  if ('refused' in pods) return pods
  const before = typeof context.before === 'string' ? undefined : context.before
  const earlier = before === undefined ? undefined : templatesOf(before, context.kind)

  const findings = new Findings()
  const attributes = new Attributes()
  if (context.before === 'unknown')
    findings.add('destroy', 'beforeUnknown', '', 'changes an object of which nobody knows how it was')
  for (const template of pods.templates) {
    checkPodSecurity(template, findings)
    checkTakeover(template, earlier?.get(placeOf(template)), context.allowedImages, findings, attributes)
    if (template.place !== 'kind') attributes.set('podsOfUnknownKind', true)
  }
  if (pods.templates.length > 0) attributes.set('podSecurity', podSecurityOf(findings))
  for (const one of found.objects) checkOne(one, before, findings)
  return Object.freeze({ findings: findings.all, attributes: attributes.all })
}

function checkOne(object: KindedObject, before: JsonObject | undefined, findings: Findings): void {
  checkRbac(object, findings)
  checkControlPlane(object, findings)
  checkCredentialObjects(object, findings)
  checkNamespaceLabels(object, before, findings)
  checkLosses(object, before, findings)
  checkTraffic(object, before, findings)
}

/** The templates of an object by where they are. */
function templatesOf(object: JsonObject, kind: Kind | undefined): ReadonlyMap<string, PodTemplate> {
  const found = podTemplates(object, kind)
  return new Map('refused' in found ? [] : found.templates.map((template) => [placeOf(template), template]))
}

function placeOf({ place, spot }: PodTemplate): string {
  return `${place} ${spot.path}`
}
