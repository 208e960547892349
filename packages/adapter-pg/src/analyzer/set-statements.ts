import { constantText } from './constants.js'
import { settingEffect, showEffect } from './settings.js'
import { followSetting } from './taken-names.js'
import { listOf, textOf, type TreeNode } from './tree.js'
import type { Handler } from './walk.js'

/** SET and RESET in all their forms: SET ROLE, SET SESSION AUTHORIZATION, SET TRANSACTION and SET NAMES are settings, too. */
export const setStatement: Handler = (walk, body) => {
  const name = textOf(body, 'name')
  switch (textOf(body, 'kind')) {
    case 'VAR_SET_VALUE':
      settingEffect(walk, name)
      followSetting(walk, name, constantsOf(body))
      return
    case 'VAR_SET_DEFAULT':
    case 'VAR_SET_CURRENT':
    case 'VAR_RESET':
      settingEffect(walk, name)
      return
    case 'VAR_SET_MULTI':
      // SET TRANSACTION, SET SESSION CHARACTERISTICS, SET TRANSACTION SNAPSHOT.
      settingEffect(walk, name.toLowerCase().replaceAll(' ', '_'))
      return
    default:
      settingEffect(walk, undefined)
  }
}

/** The values of SET, if all of them stand in the text. */
function constantsOf(body: TreeNode): readonly string[] | undefined {
  const values = listOf(body, 'args').map((value) => constantText(value))
  return values.every((value) => value !== undefined) ? values : undefined
}

/** SHOW. */
export const showStatement: Handler = (walk, body) => {
  showEffect(walk, textOf(body, 'name'))
}
