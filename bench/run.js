'use strict'
// Measures logshare beside its peers and prints a table with the goals.
//
//   node bench/run.js [--rounds 5] [--records 500000] [--long] [--json file] [words of a row …]
//
// In each round every variant runs once, so that other load on the machine affects all of them. A ratio is that of two
// variants of the same round; printed are the median of the rounds and the range. A goal counts as met or missed if the
// whole range is on one side of it, or if the machine was quiet: what the row is measured with, the peer or without one
// the value itself, differs by no more than a third between rounds. Every log is counted; what lost records is marked.
// With `--long` there are also rows of 10 and of 32 million records.

const { cpus } = require('node:os')
const { writeFileSync } = require('node:fs')
const { parseArgs } = require('node:util')
const { measure, prepare } = require('./measure.js')
const { ROWS, VARIANTS } = require('./rows.js')

const NOISE = 4 / 3

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    records: { type: 'string', default: '500000' },
    json: { type: 'string' },
    long: { type: 'boolean', default: false },
  },
})

main()

async function main() {
  const rows = ROWS.filter(isAsked)
  const names = [...new Set(rows.flatMap(({ ours, peer }) => (peer ? [ours, peer] : [ours])))]
  const finish = await prepare(names.map((name) => VARIANTS[name]))
  const rounds = []
  for (let round = 0; round < Number(values.rounds); round++) {
    const results = {}
    for (const name of names) {
      const isLeftOut = VARIANTS[name].isOnce && round > 0
      results[name] = isLeftOut
        ? rounds[0][name]
        : await measure(VARIANTS[name], Number(values.records))
    }
    rounds.push(results)
    process.stderr.write(`round ${round + 1} of ${values.rounds}\n`)
  }
  finish()
  const results = rows.map((row) => summarise(row, rounds))
  print(results)
  const { version: node } = process
  if (values.json)
    writeFileSync(values.json, `${JSON.stringify({ node, rounds, results }, null, 2)}\n`)
}

function isAsked({ what, ours }) {
  return (values.long || !VARIANTS[ours].isLong) && positionals.every((word) => what.includes(word))
}

function summarise({ what, ours, peer, value, goal }, rounds) {
  const ratios = rounds.map((round) => value(round[ours], peer && round[peer]))
  const range = [Math.min(...ratios), Math.max(...ratios)]
  const measures = peer ? rounds.map((round) => round[peer].seconds ?? round[peer].caller) : ratios
  const isNoisy = Math.max(...measures) / Math.min(...measures) > NOISE
  const lost = (name) => rounds.reduce((sum, round) => sum + (round[name].missing ?? 0), 0)
  return {
    what,
    goal,
    median: median(ratios),
    range,
    verdict: judge(goal, median(ratios), range, isNoisy),
    lost: lost(ours),
    lostByPeer: peer ? lost(peer) : 0,
  }
}

function judge(goal, middle, range, isNoisy) {
  const [sign, limit] = goal.split(' ')
  const isMet = (value) => (sign === '≥' ? value >= Number(limit) : value <= Number(limit))
  const isClear = range.every(isMet) || !range.some(isMet)
  if (isNoisy && !isClear) return 'too noisy to tell'
  return isMet(middle) ? 'met' : 'missed'
}

function print(results) {
  console.log(
    `node ${process.version}, ${cpus().length} cores, ${values.records} records each, ${values.rounds} rounds`,
  )
  const width = Math.max(...results.map(({ what }) => what.length))
  for (const { what, goal, median, range, verdict, lost, lostByPeer } of results) {
    const losses = [lost > 0 && `LOST ${lost}`, lostByPeer > 0 && `the peer lost ${lostByPeer}`]
    const notes = [verdict, ...losses.filter(Boolean)].join(', ')
    const spread = `${round(range[0])} to ${round(range[1])}`
    console.log(
      `${what.padEnd(width)} ${round(median).padStart(7)}  ${spread.padEnd(16)} goal ${goal.padEnd(8)} ${notes}`,
    )
  }
}

function round(value) {
  return value >= 100 ? value.toFixed(0) : value.toFixed(2)
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1]
}
