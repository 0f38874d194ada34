'use strict'
// Vendor: bundles the libraries that measure and wrap text for terminals into one file, dist/vendor/text.js. They are ES
// modules, which Node 20 could not load by `require`, and would be eight more packages to install.

const { mkdirSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { buildSync } = require('esbuild')

const root = join(__dirname, '..')
mkdirSync(join(root, 'dist/vendor'), { recursive: true })
buildSync({
  stdin: {
    contents:
      "export { default as stringWidth } from 'string-width'\nexport { default as wrapAnsi } from 'wrap-ansi'",
    resolveDir: root,
  },
  outfile: join(root, 'dist/vendor/text.js'),
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  minify: true,
  legalComments: 'inline',
})
writeFileSync(
  join(root, 'dist/vendor/text.d.ts'),
  'export function stringWidth(text: string): number\nexport function wrapAnsi(text: string, columns: number, options?: { trim?: boolean; hard?: boolean }): string\n',
)
