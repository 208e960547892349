import type { Effect } from '../model/effect.js'
import { resourcesOverlap } from './coverage.js'
import { windowOf } from './duration.js'
import { guardDuties } from './duty-choice.js'
import { patternMatches } from './pattern-relations.js'
import type { WallInput, DatasetInput } from './separation-input.js'
import type { PolicyPath, Problem } from './problem.js'
import { invalid, quoted } from './problem.js'
import { parseResource, parseResourcePattern } from './resource-pattern.js'
import type { ResourcePattern } from './resource-pattern.js'
import type { PolicyRules, Select, WallRule, WallSide } from './rules.js'

/** A wall with its defaults filled in. */
export function wallRule(rule: WallInput, path: PolicyPath, select: Select): WallRule {
  return Object.freeze({
    id: rule.id,
    path,
    datasets: Object.entries(rule.datasets).map(([name, dataset]) => side(name, dataset, select)),
    over: Object.freeze([...new Set(rule.over ?? (['run'] as const))]),
    windowMs: rule.window === undefined ? Infinity : windowOf(rule.window),
  } satisfies WallRule)
}

/** Walls with a side that is nowhere, or with something on two sides. */
export function wallProblems(rules: PolicyRules): readonly Problem[] {
  return rules.walls.flatMap((wall) => [
    ...wall.datasets.flatMap(({ name, targets }) =>
      targets.size > 0
        ? []
        : [invalid([...wall.path, 'datasets', name, 'target'], 'it selects no target, so the dataset is nowhere')],
    ),
    ...wall.datasets.flatMap((one, index) =>
      wall.datasets
        .slice(index + 1)
        .filter((other) => sharesTarget(one, other) && resourcesOverlap(one.resources, other.resources))
        .map((other) =>
          invalid(
            [...wall.path, 'datasets', other.name],
            `it shares resources with ${quoted(one.name)}, which nobody could touch: let no pattern of the two overlap`,
          ),
        ),
    ),
  ])
}

function side(name: string, dataset: DatasetInput, select: Select): WallSide {
  const { resource } = dataset
  const resources =
    resource === undefined ? undefined : (typeof resource === 'string' ? [resource] : resource).map(patternOf)
  const { selection, targets } = select(dataset.target)
  return Object.freeze({
    name,
    selection,
    targets,
    resources,
    touches: (target: string, effect: Effect) => targets.has(target) && mayBeAbout(resources, effect),
  } satisfies WallSide)
}

/** What cannot be understood, or has no name that patterns are about, may be about anything. */
function mayBeAbout(resources: readonly ResourcePattern[] | undefined, { duty, resource }: Effect): boolean {
  if (guardDuties.has(duty)) return false
  if (resources === undefined || duty === 'opaque') return true
  const named = parseResource(resource)
  return named === undefined || resources.some((pattern) => patternMatches(pattern, named))
}

function sharesTarget(one: WallSide, other: WallSide): boolean {
  return [...one.targets].some((target) => other.targets.has(target))
}

function patternOf(text: string): ResourcePattern {
  const pattern = parseResourcePattern(text)
  if (typeof pattern === 'string') throw new TypeError(pattern)
  return pattern
}
