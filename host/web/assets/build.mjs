// Builds dist/: one style sheet, one script, the fonts and the mark, each with a hash of its content in its
// name, and manifest.json, which maps plain names to these.
import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as esbuild from 'esbuild'
import * as sass from 'sass'

const here = dirname(fileURLToPath(import.meta.url))
const dist = join(here, 'dist')
await rm(dist, { recursive: true, force: true })
await mkdir(dist, { recursive: true })

const manifest = {}
const options = {
  bundle: true,
  minify: true,
  outdir: dist,
  entryNames: '[name]-[hash]',
  assetNames: '[name]-[hash]',
  loader: { '.woff2': 'file' },
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  target: ['chrome107', 'firefox104', 'safari16'],
}
const note = (name, result) => {
  const output = Object.entries(result.metafile.outputs).find(([, value]) => value.entryPoint)
  manifest[name] = basename(output[0])
}

const css = sass.compile(join(here, 'src/app.scss'), {
  loadPaths: [join(here, 'node_modules')],
  quietDeps: true,
  silenceDeprecations: ['import', 'global-builtin', 'if-function'],
})
note('app.css', await esbuild.build({
  ...options,
  entryPoints: ['app.css'],
  plugins: [{
    name: 'compiled-sass',
    setup(build) {
      build.onResolve({ filter: /^app\.css$/ }, () => ({ path: join(here, 'app.css'), namespace: 'compiled' }))
      build.onLoad({ filter: /.*/, namespace: 'compiled' }, () => ({ contents: css.css, loader: 'css', resolveDir: here }))
    },
  }],
}))
note('app.js', await esbuild.build({ ...options, entryPoints: [join(here, 'src/app.js')], format: 'esm' }))

const mark = await readFile(join(here, 'src/mark.svg'))
manifest['mark.svg'] = `mark-${createHash('sha256').update(mark).digest('hex').slice(0, 8)}.svg`
await writeFile(join(dist, manifest['mark.svg']), mark)
await writeFile(join(dist, 'manifest.json'), JSON.stringify(manifest, null, 2) + '\n')
console.log(Object.values(manifest).join('\n'))
