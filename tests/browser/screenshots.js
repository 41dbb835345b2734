// Pictures of the main pages at 360 and 1280 pixels, as PNG files in the folder that SCREENSHOTS names.
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { PHONE } from './support/browser.js'
import { close, look, open } from './support/site.js'

const FOLDER = resolve(process.env.SCREENSHOTS ?? 'screenshots')
const WIDE = { width: 1280, height: 900 }
const PICTURES = {
  home: 'the first page',
  petition: 'a petition',
  form: 'the first step of a form',
  'form-with-errors': 'a form with errors',
  answers: 'the answers before they are sent',
  desk: 'the desk',
  checking: 'a petition that is checked',
  consultations: 'the list of consultations',
  consultation: 'a consultation',
  paragraph: 'a paragraph',
  cabinet: 'the cabinet: cases',
  case: 'the cabinet: a case',
  'sign-in': 'the ways to sign in',
}
/** Long pages are shown from their beginning, to this height in CSS pixels. */
const LONGEST = 2400

await mkdir(FOLDER, { recursive: true })
const site = await open()
try {
  for (const [file, name] of Object.entries(PICTURES)) {
    for (const viewport of [PHONE, WIDE]) {
      const page = await look(site, name, { viewport })
      const height = await page.evaluate(() => document.scrollingElement.scrollHeight)
      const path = join(FOLDER, `${file}-${viewport.width}.png`)
      const clip = { x: 0, y: 0, width: viewport.width, height: Math.min(height, LONGEST) }
      await page.screenshot({ path, clip, fullPage: true })
      await page.close()
      console.log(path)
    }
  }
} finally {
  await close(site)
}
