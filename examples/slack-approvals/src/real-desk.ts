import type { DeskVariables } from './scene.js'

/** What the agent's side has to know of a desk that asks in a real workspace. Throws where a variable is missing. */
export function realDesk(environment: Readonly<Record<string, string | undefined>>): DeskVariables {
  const of = (name: string): string => {
    const value = environment[name]
    if (value === undefined || value === '') throw new Error(`the variable ${name} is missing: see README.md`)
    return value
  }
  return { RELAY_URL: of('RELAY_URL'), RELAY_PORT: of('RELAY_PORT'), PEOPLE_FILE: of('PEOPLE_FILE') }
}
