// On a phone nothing scrolls sideways, what one presses is large enough, and the main card comes first.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { PHONE } from './support/browser.js'
import { CHOSEN, PAGES, close, look, open } from './support/site.js'

/** The least height and width of what one presses, in CSS pixels. */
const TOUCH = 44
/** Main actions: buttons, and links that look or work like buttons. */
const ACTIONS = '.v-button, .v-filters a, .v-menu > summary, .v-mark, button:not(.v-link)'
/** The least room between a card and what comes below it, in CSS pixels. */
const ROOM = 12
/** The largest gap between the head of a page and the card that follows, in CSS pixels. */
const GAP = 40

let site
before(async () => {
  site = await open()
})
after(() => close(site))

/** How far the page can be scrolled sideways, and what stands out. */
function sideways() {
  const { scrollWidth } = document.scrollingElement
  const out = [...document.querySelectorAll('body *')]
    .filter((element) => element.getBoundingClientRect().right > innerWidth + 0.5)
    .map((element) => `${element.tagName.toLowerCase()}.${element.className}`)
  return { by: scrollWidth - innerWidth, out: out.slice(0, 5) }
}

/** Visible actions that are too small for a finger. */
function tooSmall([selector, least]) {
  return [...document.querySelectorAll(selector)]
    .filter((element) => element.checkVisibility())
    .map((element) => [element, element.getBoundingClientRect()])
    .filter(([, box]) => box.height < least - 0.01 || box.width < least - 0.01)
    .map(([element, box]) => `${element.textContent.trim().slice(0, 40)}: ${box.width} × ${box.height}`)
}

/** What stands right below a card without room between them. */
function touching(least) {
  const visible = (selector) =>
    [...document.querySelectorAll(selector)].filter((element) => element.checkVisibility())
  const others = visible('main :is(.v-card, .v-empty, h2, h3, p, a, button)')
  return visible('main :is(.v-card, .v-empty)').flatMap((card) => {
    const { left, right, bottom } = card.getBoundingClientRect()
    return others
      .filter((other) => !card.contains(other) && !other.contains(card))
      .filter((other) => {
        const box = other.getBoundingClientRect()
        const below = box.top >= bottom - 1 && box.top < bottom + least
        return below && box.left < right && box.right > left
      })
      .map((other) => other.textContent.trim().slice(0, 40))
  })
}

describe('layout on a phone', () => {
  for (const name of Object.keys(PAGES)) {
    test(`${name} does not scroll sideways and its actions can be pressed`, async () => {
      const page = await look(site, name, { viewport: PHONE })
      const { by, out } = await page.evaluate(sideways)
      assert.ok(by <= 0, `it scrolls by ${by} px, because of ${out.join(', ')}`)
      assert.deepEqual(await page.evaluate(tooSmall, [ACTIONS, TOUCH]), [])
      assert.deepEqual(await page.evaluate(touching, ROOM), [], 'there is room below each card')
      assert.deepEqual(page.troubles, [])
      await page.close()
    })
  }

  for (const name of CHOSEN) {
    test(`${name} does not scroll sideways with the largest text and wide spacing`, async () => {
      const page = await look(site, name, { viewport: PHONE, looks: 'largest.usual.auto.wide' })
      const { by, out } = await page.evaluate(sideways)
      assert.ok(by <= 0, `it scrolls by ${by} px, because of ${out.join(', ')}`)
      await page.close()
    })
  }

  test('the card with the signature comes right after the title', async () => {
    const page = await look(site, 'a petition', { viewport: PHONE })
    const gap = await page.evaluate(() => {
      const head = document.querySelector('main h1').closest('header').getBoundingClientRect()
      const card = document.querySelector('main form, main .v-slot').closest('.v-card').getBoundingClientRect()
      return card.top - head.bottom
    })
    assert.ok(gap >= 0 && gap <= GAP, `${gap} px between them`)
    await page.close()
  })

  test('on a phone the menu holds what the header has no room for', async () => {
    const page = await look(site, 'the first page', { viewport: PHONE })
    const link = page.getByRole('banner').getByRole('link', { name: 'Петиції' })
    assert.equal(await link.isVisible(), false)
    await page.getByText('Меню', { exact: true }).click()
    await link.click()
    await page.waitForURL(/\/petitions$/)
    await page.close()
  })
})
