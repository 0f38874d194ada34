'use strict'
// Logs some hundred kinds of values with every library in a thread and in a fork, without logshare and with it, and compares
// the bytes that are printed and written.
//
//   node test/values/run.js [--table] [library…]

const { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { run, FIXTURES } = require('../helpers/run.js')
const { KINDS } = require('../fixtures/values/kinds.js')
const { SPECS } = require('./specs.js')

/** The library throws: there is nothing to compare with. */
const THROWN = /\b(?:thrown|fails): /
/** Programs that run at a time. */
const LANES = 2
const MODES = {
  alone: undefined,
  relayed: [],
  'relayed and copied': [{ type: 'file', path: 'logshare.jsonl' }],
}

/** @typedef {import('./specs.js').Spec} Spec */
/** @typedef {Map<string, string>} Parts what is printed of each value, by output, place, call and kind */

main()

async function main() {
  const began = Date.now()
  const args = process.argv.slice(2)
  const isTable = args.includes('--table')
  const named = args.filter((arg) => !arg.startsWith('--'))
  const specs = SPECS.filter(
    ({ title }) => named.length === 0 || named.some((it) => title.includes(it)),
  )
  let failed = 0
  const queue = [...specs]
  const work = async () => {
    for (let spec = queue.shift(); spec; spec = queue.shift()) {
      const faults = await testLibrary(spec, isTable)
      failed += faults.length > 0 ? 1 : 0
      console.log(`${faults.length === 0 ? 'ok    ' : 'FAILED'} ${spec.title}`)
      for (const fault of faults.slice(0, Number(process.env.SHOW ?? (isTable ? 10_000 : 10))))
        console.log(`       ${fault}`)
    }
  }
  await Promise.all(Array.from({ length: LANES }, work))
  const seconds = ((Date.now() - began) / 1000).toFixed(0)
  const count = Object.keys(KINDS).length
  console.log(
    `\n${count} kinds of values, ${specs.length} libraries, ${failed} failed (${seconds} s)`,
  )
  process.exitCode = failed > 0 ? 1 : 0
}

/** @param {Spec} spec @param {boolean} isTable */
async function testLibrary(spec, isTable) {
  const alone = await execute(spec, 'alone')
  const faults = []
  if (alone.size < (Object.keys(KINDS).length - 10) * 2)
    faults.push(`only ${alone.size} values were printed alone`)
  for (const mode of /** @type {const} */ (['relayed', 'relayed and copied'])) {
    const ours = await execute(spec, mode)
    const kinds = new Map()
    for (const key of new Set([...alone.keys(), ...ours.keys()])) {
      if (alone.get(key) === ours.get(key) || THROWN.test(alone.get(key) ?? '')) continue
      const [output, place, , name = ''] = key.split('|')
      if (spec.differs?.some((one) => isOf(one, key, name))) continue
      const all = kinds.get(name) ?? { where: new Set(), example: '' }
      all.where.add(`${output}/${place}`)
      all.example ||= `${key}:\n${difference(alone.get(key), ours.get(key))}`
      kinds.set(name, all)
    }
    if (kinds.size > 0) faults.push(`${mode}: ${kinds.size} kinds differ`)
    for (const [name, { where, example }] of kinds)
      faults.push(
        `${mode}: ${name} in ${[...where].join(' ')}${isTable ? '' : `\n       ${example}`}`,
      )
  }
  return faults
}

/** @param {import('./specs.js').Difference} difference @param {string} key @param {string} kind */
function isOf({ kinds, where }, key, kind) {
  return (!kinds || kinds.includes(kind)) && (!where || where.test(key))
}

/** The texts from shortly before the first character that is not the same. */
function difference(before = 'nothing', after = 'nothing') {
  let at = 0
  while (before[at] === after[at]) at++
  const show = (text) => `         ${JSON.stringify(text.slice(Math.max(0, at - 60), at + 160))}`
  return `${show(before)}\n${show(after)}`
}

/** @param {Spec} spec @param {keyof typeof MODES} mode @returns {Promise<Parts>} */
async function execute({ library, name, alias = name, env }, mode) {
  const cwd = mkdtempSync(join(tmpdir(), 'logshare-values-'))
  try {
    const out = join(cwd, 'out')
    mkdirSync(out)
    const handlers = MODES[mode]
    const ended = await run(join(FIXTURES, 'values/app.js'), {
      cwd: out,
      env: { ...env, LIBRARY: library, PACKAGE: alias, FORCE_COLOR: '1' },
      ...(handlers ? { config: { handlers } } : { way: 'none' }),
    })
    if (ended.code !== 0)
      throw new Error(`${alias} ended with ${ended.code}: ${ended.stderr.slice(-2000)}`)
    /** @type {Parts} */
    const parts = new Map()
    split(parts, 'stdout', ended.stdout, cwd)
    split(parts, 'stderr', ended.stderr, cwd)
    for (const file of readdirSync(out))
      if (file.endsWith('.log'))
        split(parts, file.slice(0, -4), readFileSync(join(out, file), 'utf8'), cwd)
    return parts
  } finally {
    rmSync(cwd, { recursive: true, force: true })
  }
}

/** @param {Parts} parts @param {string} output @param {string} text @param {string} cwd */
function split(parts, output, text, cwd) {
  const [before = '', ...rest] = neutral(text, cwd).split(/<<<(?=thread|fork)/)
  void before
  for (const part of rest) {
    const [, place, call, kind, value] =
      /^(thread|fork) (?:(\d+) (.*?)|end)>>>([\s\S]*)$/.exec(part) ?? []
    parts.set(`${output}|${place}|${call ?? 'end'}|${kind ?? ''}`, value ?? part)
  }
}

/** Without what differs from run to run: times and process ids. @param {string} text @param {string} cwd */
function neutral(text, cwd) {
  return text
    .replaceAll(cwd, '<cwd>')
    .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d([.,]\d+)?( \+\d\d:\d\d|Z)?/g, (time) =>
      time.startsWith('1970') ? time : '<time>',
    )
    .replace(/"time":\d{13}/g, '"time":0')
    .replace(/"sequence":"[\d.]+"/g, '"sequence":0')
    .replace(/"pid":\d+/g, '"pid":0')
    .replace(/"date":"[^"]*"/g, '"date":0')
    .replace(/[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} 20\d\d \d\d:\d\d:\d\d GMT/g, '<time>')
    .replace(/\+\d+m?s/g, '+0ms')
}
