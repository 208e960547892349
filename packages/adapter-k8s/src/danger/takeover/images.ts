import type { Attributes } from '../attributes.js'
import type { Findings } from '../finding.js'
import type { PodParts } from '../pod-template.js'
import type { Spot } from '../spot.js'
import { isAllowedImage, readImage } from './image.js'

/** Takeover: images from places that are not allowed, if it is said which are. Volumes may be images too. */
export function checkImages(
  { containers, volumes }: PodParts,
  allowed: readonly string[] | undefined,
  findings: Findings,
  attributes: Attributes,
): void {
  const images = [
    ...containers.filter(({ spot }) => spot.isSet).map(({ spot }) => spot.at('image')),
    ...volumes.filter((volume) => volume.at('image').isSet).map((volume) => volume.at('image', 'reference')),
  ]
  for (const image of images) checkImage(image, allowed, findings, attributes)
}

function checkImage(
  spot: Spot,
  allowed: readonly string[] | undefined,
  findings: Findings,
  attributes: Attributes,
): void {
  const image = typeof spot.value === 'string' ? readImage(spot.value) : undefined
  attributes.put('registries', image?.registry ?? 'unknown')
  if (image?.isPinned !== true) attributes.set('unpinnedImage', true)
  if (allowed !== undefined && (image === undefined || !isAllowedImage(image, allowed)))
    findings.add('takeover', 'imageRegistry', spot.path, 'comes from a place that is not among the allowed ones')
}
