// The table in docs/adapters.md that says the same as specs.js.

const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { ROOT } = require('../helpers/run.js')

const PAGE = join(ROOT, 'docs/adapters.md')
const COLUMNS = ['level', 'name', 'fields', 'error', 'relay']
const HEAD = '| library, version | loaded by | captured by |'

/** @param {readonly import('./specs.js').Spec[]} specs */
function tableOf(specs) {
  return specs.flatMap(({ title, has, kept, unhooked }) => {
    const rowOf = (/** @type {string} */ loaders, /** @type {import('./specs.js').Kept} */ it) => {
      const cells = COLUMNS.map((fact) => cellOf(fact, has.split(' '), it.facts.split(' ')))
      return `| ${[title, loaders, byOf(it.lib), ...cells].join(' | ')} |`
    }
    if (!unhooked) return [rowOf('`require`, `import`', kept)]
    return [rowOf('`require`, `import`', kept), rowOf('`import`, Node.js 20', unhooked)]
  })
}

/** @param {string} fact @param {string[]} has @param {string[]} kept */
function cellOf(fact, has, kept) {
  if (kept.includes(fact)) return 'yes'
  return has.includes(fact) ? 'no' : '–'
}

/** @param {string} lib */
function byOf(lib) {
  return ['stdout', 'stderr'].includes(lib) ? 'printed lines' : `\`${lib}\``
}

/** Faults of the page, as sentences. @param {readonly import('./specs.js').Spec[]} specs */
function checkPage(specs) {
  const lines = readFileSync(PAGE, 'utf8').split('\n')
  const start = lines.findIndex((line) => line.startsWith(HEAD)) + 2
  const end = lines.findIndex((line, i) => i > start && !line.startsWith('|'))
  const [shown, expected] = [start < 2 ? [] : lines.slice(start, end), tableOf(specs)]
  const missing = expected.filter((line) => !shown.includes(line))
  const added = shown.filter((line) => !expected.includes(line))
  return [
    ...missing.map((line) => `not in the table: ${line}`),
    ...added.map((line) => `only in the table: ${line}`),
  ]
}

module.exports = { checkPage }
