import type { Block } from '../block.js'
import { valuesOf } from '../texts/yaml.js'
import { isManifest } from '../texts/yaml-kinds.js'

const client = "import('@kubernetes/client-node')"

/**
 * Objects of Kubernetes in YAML as TypeScript that says what they are, so that the compiler finds a member that does not exist. What is
 * no YAML is left to its reader.
 */
export function manifestsOf(blocks: readonly Block[]): readonly Block[] {
  return blocks.flatMap((block) => {
    const values = quietly(block).filter(isManifest)
    const lines = values.map((value, index) => {
      const type = typeof value['kind'] === 'string' ? `${client}.V1${value['kind']}` : `Partial<${client}.V1PodSpec>`
      return `export const manifest${String(block.line)}x${String(index)}: ${type} = ${JSON.stringify(value)}`
    })
    return lines.length === 0 ? [] : [{ ...block, language: 'ts', text: `${lines.join('; ')}\n` }]
  })
}

function quietly(block: Block): ReturnType<typeof valuesOf> {
  try {
    return valuesOf(block)
  } catch {
    return []
  }
}
