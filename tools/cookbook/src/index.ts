export { differences, type Expectation, expectation, type Happened } from './expectation.js'
export { type Cookbook, readCookbook, type Recipe, type Row } from './page.js'
export { tryRecipe } from './try-recipe.js'
