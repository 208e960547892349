import type { Resource, ResourcePattern } from './resource-pattern.js'
import { anySegment } from './resource-pattern.js'

type Segment = ResourcePattern['segments'][number]

/** Whether the pattern matches the resource. Case-sensitive, segment by segment, never by substring. */
export function patternMatches(pattern: ResourcePattern, resource: Resource): boolean {
  if (pattern.kind !== resource.kind || !lengthFits(pattern, resource.segments.length)) return false
  return pattern.segments.every((segment, index) => segment === anySegment || segment === resource.segments[index])
}

/** Whether `wide` matches every resource that `narrow` matches. */
export function patternCovers(wide: ResourcePattern, narrow: ResourcePattern): boolean {
  if (wide.kind !== narrow.kind) return false
  const length = wide.segments.length
  if (narrow.rest ? !wide.rest || length > narrow.segments.length : !lengthFits(wide, narrow.segments.length))
    return false
  return wide.segments.every((segment, index) => segment === anySegment || segment === narrow.segments[index])
}

/** Whether some resource matches both patterns. */
export function patternsOverlap(one: ResourcePattern, other: ResourcePattern): boolean {
  if (one.kind !== other.kind) return false
  if (!one.rest && !lengthFits(other, one.segments.length)) return false
  if (!other.rest && !lengthFits(one, other.segments.length)) return false
  const shared = Math.min(one.segments.length, other.segments.length)
  for (let index = 0; index < shared; index++) {
    if (!segmentsOverlap(one.segments[index], other.segments[index])) return false
  }
  return true
}

function lengthFits(pattern: ResourcePattern, length: number): boolean {
  return pattern.rest ? length > pattern.segments.length : length === pattern.segments.length
}

function segmentsOverlap(one: Segment | undefined, other: Segment | undefined): boolean {
  return one === other || one === anySegment || other === anySegment
}
