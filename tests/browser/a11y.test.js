// axe-core finds nothing against any page, in both languages, on a phone and on a desktop.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import { DESKTOP, PHONE } from './support/browser.js'
import { CHOSEN, PAGES, close, look, open } from './support/site.js'

const OPTIONS = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  resultTypes: ['violations'],
}
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

/** What is found against a page, to be read; empty if there is nothing. */
async function violations(page) {
  // There are no frames here that would need more than the one page.
  const found = await new AxeBuilder({ page }).options(OPTIONS).setLegacyMode().analyze()
  const lines = found.violations.flatMap(({ id, help, nodes }) => [
    `${id}: ${help}`,
    ...nodes.slice(0, 3).map(({ target, any }) => `    ${target.join(' ')} ${any[0]?.message ?? ''}`),
  ])
  return lines.map((line) => `\n  ${line}`).join('')
}


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
