'use strict'
// Vendor: bundles libraries into dist/vendor/, so that they are no further packages to install. Those that measure and wrap
// text for terminals are ES modules, which Node 20.0 to 20.18 cannot load by `require`. Bundles the page of `logshare view`, too.

const { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { buildSync } = require('esbuild')

const root = join(__dirname, '..')
const target = join(root, 'dist/vendor')

/** Files by name: what each exports. */
const FILES = {
  text: `export { default as stringWidth } from 'string-width'
export { default as wrapAnsi } from 'wrap-ansi'`,
  config: `export { lilconfigSync } from 'lilconfig'`,
}

/** The page of `logshare view`. */
const page = join(root, 'src/view/page')
const pageTarget = join(root, 'dist/view/page')

mkdirSync(target, { recursive: true })
const packages = new Set()
for (const [name, contents] of Object.entries(FILES)) {
  const { metafile } = buildSync({
    stdin: { contents, resolveDir: root },
    outfile: join(target, `${name}.js`),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minify: true,
    metafile: true,
  })
  note(metafile)
}
const { metafile } = buildSync({
  entryPoints: ['main.tsx', 'main.css'].map((name) => join(page, name)),
  outdir: pageTarget,
  bundle: true,
  platform: 'browser',
  target: 'es2022',
  format: 'esm',
  minify: true,
  legalComments: 'none',
  metafile: true,
})
note(metafile)
copyFileSync(join(page, 'index.html'), join(pageTarget, 'index.html'))
writeFileSync(join(target, 'LICENSES'), [...packages].sort().map(licenseOf).join('\n'))

/** Adds the packages of a bundle. */
function note({ inputs }) {
  for (const path of Object.keys(inputs)) {
    const found = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)
    if (found) packages.add(found[1])
  }
}

/** Name, version and licence of a bundled package, which its licence asks to keep. */
function licenseOf(path) {
  const folder = join(root, path)
  const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each))
  if (!file) throw new Error(`${name}: no licence`)
  return `${name} ${version}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`
}
