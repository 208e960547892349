import { inputIds, maxReason, viewIds } from './ids.js'
import type { Block } from './rich-text.js'
import { bold, plain, section, words } from './rich-text.js'

/** Where somebody may say why they deny. It holds the id of the request and nothing else. */
export function denialModal(request: string, prefix: string): Readonly<Record<string, unknown>> {
  return {
    type: 'modal',
    callback_id: viewIds.denial,
    private_metadata: request,
    title: plain(`Deny ${prefix}`),
    submit: plain('Deny'),
    close: plain('Back'),
    blocks: [input('Why', true, maxReason)],
  }
}

/** Where somebody enters the code that the relay's page showed them. */
export function codeModal(): Readonly<Record<string, unknown>> {
  const warning = section(
    bold('Enter only a code that the page showed you yourself, after you logged in there.'),
    words(' Nobody may send you one or ask you for yours: whoever has it acts in your name.'),
  )
  return {
    type: 'modal',
    callback_id: viewIds.code,
    title: plain('Link this account'),
    submit: plain('Link'),
    close: plain('Back'),
    blocks: [warning, input('The code of the page', false, 32)],
  }
}

function input(label: string, optional: boolean, most: number): Block {
  const multiline = optional
  return {
    type: 'input',
    block_id: inputIds.block,
    optional,
    label: plain(label),
    element: { type: 'plain_text_input', action_id: inputIds.action, multiline, max_length: most },
  }
}
