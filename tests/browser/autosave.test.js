// A form keeps itself while it is written, and goes on on another device; without scripts the button does the same.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { launch, visitor, watchedPage } from './support/browser.js'
import { people, signIn } from './support/people.js'
import { Platform } from './support/platform.js'

const TITLE = 'Створити державний реєстр безпечних переходів'

let platform
let browser
before(async () => {
  platform = await Platform.start()
  browser = await launch()
})
after(async () => {
  await browser?.close()
  await platform?.stop()
})

describe('drafts', () => {
  test('what is typed is kept by itself and goes on on another device', async () => {
    const page = await watchedPage(await visitor(browser, platform))
    await signIn(page, people.maria)
    await page.goto('/petitions/new')
    const kept = page.waitForResponse((answer) => answer.request().method() === 'POST')
    await page.getByLabel('Назва петиції').fill(TITLE)
    assert.equal((await kept).status(), 204)
    await page.getByRole('status').getByText('Чернетку збережено').waitFor()
    assert.deepEqual(page.troubles, [], 'nothing breaches the content security policy')

    const other = await watchedPage(await visitor(browser, platform))
    await signIn(other, people.maria)
    await other.goto('/cabinet/drafts')
    await other.getByRole('main').getByRole('link', { name: 'Подати петицію' }).click()
    assert.equal(await other.getByLabel('Назва петиції').inputValue(), TITLE)
  })

  test('without scripts the button keeps it', async () => {
    const page = await (await visitor(browser, platform, { javaScriptEnabled: false })).newPage()
    await signIn(page, people.taras)
    await page.goto('/petitions/new')
    await page.getByLabel('Назва петиції').fill(TITLE)
    await page.getByRole('button', { name: 'Зберегти чернетку' }).click()
    await page.waitForURL(/\/cabinet\/drafts$/)
    await page.getByRole('main').getByRole('link', { name: 'Подати петицію' }).waitFor()
  })
})
