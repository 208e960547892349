import { join } from 'node:path'
import { Application, Logger, LogLevel, ReflectionKind } from 'typedoc'
import { isDocumented, placeOf, publicNames } from './public-names.mjs'

/** Every module that packages export, by its file, as readers import it: `@bothkeys/core/adapter`. */
export function exportedModules(root, packages) {
  return new Map(
    packages.flatMap(({ folder, manifest, name }) =>
      Object.entries(manifest.exports).flatMap(([path, { '@bothkeys/source': source }]) =>
        source === undefined ? [] : [[join(root, folder, source), join(name, path)]],
      ),
    ),
  )
}

/**
 * Reads modules. Resolves to the project, how many public names it has, and what is wrong: names without a doc block, links that lead
 * nowhere, and types that are mentioned and not exported. `unexported` names those that may be; one that is not needed is wrong.
 */
export async function readReference({ root, modules, tsconfig, unexported = [] }) {
  const app = await Application.bootstrap({
    entryPoints: [...modules.keys()],
    tsconfig,
    // The step `types` has checked them.
    skipErrorChecking: true,
    excludeExternals: true,
    readme: 'none',
    name: 'bothkeys',
    validation: { notExported: true, invalidLink: true, notDocumented: false },
  })
  const heard = new Heard()
  app.logger = heard
  const project = await app.convert()
  if (project === undefined) throw new Error([...heard.messages].join('\n'))
  nameModules(project, modules)
  validateAll(app, project, new Set([...modules.values()].map(packageOf)))
  const names = publicNames(project)
  const problems = [
    ...withoutMentions(heard.messages, unexported),
    ...names.filter((name) => !isDocumented(name)).map((name) => `${placeOf(name, root)} has no doc block`),
  ]
  return { app, project, names: names.length, problems }
}

/** Keeps what is wrong, each once. */
class Heard extends Logger {
  messages = new Set()

  log(message, level) {
    if (level >= LogLevel.Warn) this.messages.add(message)
  }
}

function nameModules(project, modules) {
  for (const module of project.getReflectionsByKind(ReflectionKind.Module)) {
    const [source] = module.sources ?? []
    module.name = modules.get(source?.fullFileName) ?? module.name
  }
}

/** A project counts as one package, and what others declare is not looked at: so it is taken for each in turn. */
function validateAll(app, project, packages) {
  const { packageName } = project
  for (const name of packages) {
    project.packageName = name
    app.validate(project)
  }
  project.packageName = packageName
}

function packageOf(module) {
  return module.split('/').slice(0, 2).join('/')
}

const mention = /^(?<name>\S+), defined in (?<file>\S+), is referenced by /u

function withoutMentions(messages, unexported) {
  const mentioned = new Set([...messages].flatMap((message) => mention.exec(message)?.groups.name ?? []))
  return [
    ...[...messages].filter((message) => !unexported.includes(mention.exec(message)?.groups.name)),
    ...unexported.filter((name) => !mentioned.has(name)).map((name) => `${name} is exported, or mentioned no more`),
  ]
}
