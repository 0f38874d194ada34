'use strict'
// Measures logshare beside its peers and prints a table with the goals.
//
//   node bench/run.js [--rounds 5] [--records 500000] [--json file] [words of a row …]
//
// In each round every variant runs once, so that other load on the machine affects all of them. A ratio is that of two
// variants of the same round; printed are the median of the rounds and the range. A row is marked as noisy if the peer
// itself differs by more than a third between rounds. Every log is counted; what lost records is marked.

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
  },
})

main()

async function main() {
  const rows = ROWS.filter(({ what }) => positionals.every((word) => what.includes(word)))
  const names = [...new Set(rows.flatMap(({ ours, peer }) => (peer ? [ours, peer] : [ours])))]
  const finish = await prepare(names.map((name) => VARIANTS[name]))
  const rounds = []
  for (let round = 0; round < Number(values.rounds); round++) {
    const results = {}
    for (const name of names) results[name] = await measure(VARIANTS[name], Number(values.records))
    rounds.push(results)
    process.stderr.write(`round ${round + 1} of ${values.rounds}\n`)
  }
  finish()
  const results = rows.map((row) => summarise(row, rounds))
  print(results)
  if (values.json)
    writeFileSync(
      values.json,
      `${JSON.stringify({ node: process.version, rounds, results }, null, 2)}\n`,
    )
}

function summarise({ what, ours, peer, value, goal }, rounds) {
  const ratios = rounds.map((round) => value(round[ours], peer && round[peer]))
  const peers = peer ? rounds.map((round) => round[peer].seconds ?? round[peer].caller) : [1]
  const lost = rounds.reduce((sum, round) => sum + (round[ours].missing ?? 0), 0)
  const lostByPeer = peer ? rounds.reduce((sum, round) => sum + (round[peer].missing ?? 0), 0) : 0
  return {
    what,
    goal,
    median: median(ratios),
    range: [Math.min(...ratios), Math.max(...ratios)],
    isNoisy: Math.max(...peers) / Math.min(...peers) > NOISE,
    lost,
    lostByPeer,
  }
}

function print(results) {
  console.log(
    `node ${process.version}, ${cpus().length} cores, ${values.records} records each, ${values.rounds} rounds`,
  )
  const width = Math.max(...results.map(({ what }) => what.length))
  for (const { what, goal, median, range, isNoisy, lost, lostByPeer } of results) {
    const notes = [
      isNoisy && 'too noisy to tell',
      lost > 0 && `LOST ${lost}`,
      lostByPeer > 0 && `the peer lost ${lostByPeer}`,
    ].filter(Boolean)
    const spread = `${round(range[0])} to ${round(range[1])}`
    console.log(
      `${what.padEnd(width)} ${round(median).padStart(7)}  ${spread.padEnd(16)} goal ${goal.padEnd(8)} ${notes.join(', ')}`,
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
