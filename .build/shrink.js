'use strict'
// Shrink: takes comments and spaces out of dist/, which are a third of it. Names stay, and lines are short: a stack trace tells
// where an error is.

const { readdirSync, readFileSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { transformSync } = require('esbuild')

const dist = join(__dirname, '../dist')

const OPTIONS = {
  loader: 'js',
  legalComments: 'none',
  target: 'node20',
  minifyWhitespace: true,
  lineLimit: 100,
}
/** A text that was broken because of the limit: what is looked for in dist/ has to be in one piece. */
const BROKEN = /(?<!\\)((?:\\\\)*)\\\n/g

function shrink(text) {
  return transformSync(text, OPTIONS).code.replace(BROKEN, '$1')
}

module.exports = { shrink }

if (require.main === module) {
  for (const file of readdirSync(dist, { recursive: true })) {
    // Bundles are made of modules that were shrunk; libraries are minified.
    if (!file.endsWith('.js') || /^(bundles|vendor|view.page)\b|^preload\.js$/.test(file)) continue
    const path = join(dist, file)
    writeFileSync(path, shrink(readFileSync(path, 'utf8')))
  }
}
