// Pictures of the main pages at 360 and 1280 pixels, as PNG files in the folder that SCREENSHOTS names: in Ukrainian on
// a light ground, and those of LOOKS besides (`en`, `dark`, `en-dark`). ONLY=petition,cabinet takes some of them.
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { PHONE } from './support/browser.js'
import { close, look, open } from './support/site.js'

const FOLDER = resolve(process.env.SCREENSHOTS ?? 'screenshots')
const WIDE = { width: 1280, height: 900 }
const PICTURES = {
  home: 'the first page',
  petitions: 'the list of petitions',
  petition: 'a petition',
  'petition-signed': 'a petition that one has signed',
  'petition-refused': 'a refused petition',
  signatories: 'all signatures',
  form: 'the first step of a form',
  'form-with-errors': 'a form with errors',
  answers: 'the answers before they are sent',
  desk: 'the desk',
  checking: 'a petition that is checked',
  consultations: 'the list of consultations',
  consultation: 'a consultation',
  paragraph: 'a paragraph',
  report: 'a report',
  'desk-consultations': 'the desk of consultations',
  cabinet: 'the cabinet: cases',
  case: 'the cabinet: a case',
  drafts: 'the cabinet: drafts',
  notices: 'the cabinet: notices',
  documents: 'the cabinet: documents',
  accesses: 'the cabinet: who saw my data',
  'my-data': 'the cabinet: my data',
  erasure: 'the cabinet: what an erasure would do',
  corrections: 'the cabinet: correction of my data',
  'desk-corrections': 'requests to correct data',
  retention: 'what has had its time',
  mail: 'notices by e-mail',
  'mail-wrong': 'an address that is none',
  'mail-stop': 'the link that stops letters',
  sessions: 'the cabinet: sessions',
  'acting-for': 'in whose name to act',
  'paragraph-organisation': 'a paragraph, for an organisation',
  'sign-in': 'the ways to sign in',
  signature: 'the sign-in by signature',
  surer: 'a surer sign-in',
  provider: 'the page of the development provider',
  'explain-access': 'why it is allowed or not',
  security: 'what the technical administrator has to know',
  'security-errors': 'a block with errors',
  roles: 'who has which role',
  'roles-errors': 'a role with errors',
  'roles-take': 'a role to be taken',
  'lawful-block': 'the lawful block of a person',
  preferences: 'the preferences',
  search: 'the search',
  'not-found': 'a page that does not exist',
}
const LOOKS = {
  uk: {},
  en: { language: 'en' },
  dark: { looks: 'usual.usual.dark.usual' },
  'en-dark': { language: 'en', looks: 'usual.usual.dark.usual' },
}
/** Long pages are shown from their beginning, to this height in CSS pixels. */
const LONGEST = 2400

const list = (text) => (text ?? '').split(',').filter(Boolean)
const only = list(process.env.ONLY)
const looks = ['uk', ...list(process.env.LOOKS)].filter((name, at, all) => all.indexOf(name) === at)

await mkdir(FOLDER, { recursive: true })
const site = await open()
try {
  for (const [file, name] of Object.entries(PICTURES)) {
    if (only.length > 0 && !only.includes(file)) continue
    for (const as of looks) {
      for (const viewport of [PHONE, WIDE]) {
        const page = await look(site, name, { viewport, ...LOOKS[as] })
        const height = await page.evaluate(() => document.scrollingElement.scrollHeight)
        const path = join(FOLDER, `${file}-${viewport.width}${as === 'uk' ? '' : `-${as}`}.png`)
        const clip = { x: 0, y: 0, width: viewport.width, height: Math.min(height, LONGEST) }
        await page.screenshot({ path, clip, fullPage: true })
        await page.close()
        console.log(path)
      }
    }
  }
} finally {
  await close(site)
}
