// Everything without a mouse, and everything without scripts.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { visitor, watchedPage } from './support/browser.js'
import { people, signIn } from './support/people.js'
import { answers, fill, send } from './support/petitions.js'
import { close, open } from './support/site.js'

/** The most stops on the way to something, before it counts as out of reach. */
const STOPS = 60

let site
before(async () => {
  site = await open()
})
after(() => close(site))

/** What has the focus: its words, and whether one sees that it has it. */
function focused(selector) {
  const element = document.activeElement
  const ring = (pseudo) => {
    const { outlineStyle, boxShadow } = getComputedStyle(element, pseudo)
    return outlineStyle !== 'none' || boxShadow !== 'none'
  }
  return {
    there: element.matches(selector),
    words: element.textContent.trim().slice(0, 60) || element.getAttribute('aria-label') || element.id,
    seen: ring(null) || ring('::after'),
  }
}

/** Goes from stop to stop until the focus is on what `selector` describes. */
async function tabTo(page, selector) {
  const stops = []
  for (let stop = 0; stop < STOPS; stop += 1) {
    await page.keyboard.press('Tab')
    const { there, words, seen } = await page.evaluate(focused, selector)
    stops.push(words)
    assert.ok(seen, `one does not see that “${words}” has the focus`)
    if (there) return
  }
  assert.fail(`${selector} is out of reach; the stops were: ${stops.join(' | ')}`)
}

/** Presses Enter on what has the focus, and waits for the page that follows. */
async function enter(page, address) {
  await Promise.all([page.waitForURL(address), page.keyboard.press('Enter')])
}

describe('keyboard', () => {
  test('the first stop skips to the content', async () => {
    const context = await visitor(site.browser, site.platform)
    const page = await watchedPage(context)
    await page.goto('/')
    await page.keyboard.press('Tab')
    const skip = page.getByRole('link', { name: 'Перейти до основного вмісту' })
    assert.ok(await skip.evaluate((link) => link === document.activeElement))
    assert.ok((await skip.boundingBox()).y >= 0, 'it shows when it has the focus')
    await page.keyboard.press('Enter')
    await page.waitForFunction(() => document.activeElement === document.querySelector('main'))
    await page.keyboard.press('Tab')
    assert.ok(await page.evaluate(() => document.querySelector('main').contains(document.activeElement)))
    await context.close()
  })

  test('signing in and signing a petition', async () => {
    const context = await visitor(site.browser, site.platform)
    const page = await watchedPage(context)
    const path = `/petitions/${site.numbers.collecting}`
    await page.goto(path)
    // The button of somebody who has not signed in leads to sign-in and back.
    await tabTo(page, 'main .v-slot a.v-button')
    await enter(page, /\/sign-in\?/)
    await tabTo(page, 'main a[href*="/sign-in/begin/"]')
    await enter(page, /\/dev\/id\/authorize/)
    await tabTo(page, `button[name="person"][value="${people.iryna.number}"]`)
    await enter(page, (url) => url.pathname === path)
    await page.getByRole('button', { name: 'Підписати петицію' }).waitFor()
    await tabTo(page, `form[action="${path}/sign"] button`)
    await page.keyboard.press('Enter')
    await page.getByText('Дякуємо, ваш підпис враховано.').waitFor()
    assert.deepEqual(page.troubles, [])
    await context.close()
  })

  test('the errors of a form get the focus and lead to their fields', async () => {
    const context = await visitor(site.browser, site.platform, { storageState: site.states.official })
    const page = await watchedPage(context)
    await page.goto(`/petitions/${site.numbers.pending}/refuse`)
    await tabTo(page, 'button[value="submit"]')
    await page.keyboard.press('Enter')
    await page.waitForFunction(() => document.activeElement?.matches('.govuk-error-summary'))
    assert.match(await page.title(), /^Помилка:/)
    await tabTo(page, '.govuk-error-summary a[href="#field_explanation"]')
    await page.keyboard.press('Enter')
    await page.waitForFunction(() => document.activeElement?.id === 'field_explanation')
    assert.deepEqual(page.troubles, [])
    await context.close()
  })
})

describe('without scripts', () => {
  test('a petition is begun and goes through all steps', async () => {
    const context = await visitor(site.browser, site.platform, { javaScriptEnabled: false })
    const page = await context.newPage()
    await signIn(page, people.yurii, '/petitions')
    await fill(page, answers('Освітити всі пішохідні переходи поза населеними пунктами'))
    await page.getByText('Освітити всі пішохідні переходи').waitFor()
    const number = await send(page)
    await page.getByText(`Петицію № ${number} надіслано на перевірку.`).waitFor()
    await context.close()
  })

  test('errors are told and what was typed is kept', async () => {
    const context = await visitor(site.browser, site.platform, { javaScriptEnabled: false })
    const page = await context.newPage()
    await signIn(page, people.iryna, '/petitions/new')
    await page.getByLabel('Назва петиції').fill('Коротко')
    const [answer] = await Promise.all([
      page.waitForResponse((response) => response.request().method() === 'POST'),
      page.getByRole('button', { name: 'Далі' }).click(),
    ])
    assert.equal(answer.status(), 422)
    await page.getByRole('alert').getByRole('link', { name: /Назва петиції/ }).waitFor()
    assert.equal(await page.getByLabel('Назва петиції').inputValue(), 'Коротко')
    await context.close()
  })
})
