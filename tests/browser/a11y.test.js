// axe-core finds nothing against any page, in both languages, on a phone and on a desktop.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { violations } from './support/axe.js'
import { DESKTOP, PHONE } from './support/browser.js'
import { CHOSEN, PAGES, close, look, open } from './support/site.js'

const LANGUAGES = ['uk', 'en']
/** Text size, contrast, theme, spacing, as the cookie of preferences has them. */
const LOOKS = {
  dark: 'usual.usual.dark.usual',
  'high contrast': 'usual.high.light.usual',
  'dark with high contrast': 'usual.high.dark.usual',
}

let site
before(async () => {
  site = await open()
})
after(() => close(site))

describe('accessibility', { concurrency: 2 }, () => {
  for (const name of Object.keys(PAGES)) {
    test(`no violation on ${name}`, async () => {
      for (const language of LANGUAGES) {
        const page = await look(site, name, { language })
        assert.equal(await page.locator('html').getAttribute('lang'), language)
        for (const viewport of [DESKTOP, PHONE]) {
          await page.setViewportSize(viewport)
          const found = await violations(page)
          assert.equal(found, '', `${name} in ${language} at ${viewport.width} px`)
        }
        assert.deepEqual(page.troubles, [], name)
        await page.close()
      }
    })
  }

  for (const [looks, cookie] of Object.entries(LOOKS)) {
    for (const name of CHOSEN) {
      test(`no violation on ${name}, ${looks}`, async () => {
        const page = await look(site, name, { looks: cookie, viewport: PHONE })
        assert.equal(await violations(page), '')
        await page.close()
      })
    }
  }
})
