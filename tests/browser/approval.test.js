// Two holders approve a changed configuration: every page of it is free of violations and fits a phone, in both languages.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { violations } from './support/axe.js'
import { DESKTOP, PHONE, launch, visitor } from './support/browser.js'
import { eventually } from './support/eventually.js'
import { people, signIn } from './support/people.js'
import { Platform } from './support/platform.js'

const LIST = '/administration/changes'

let platform
let browser
before(async () => {
  platform = await Platform.start({ more: '\n[approval]\nchanges = 2\n' })
  browser = await launch()
})
after(async () => {
  await browser?.close()
  await platform?.stop()
})

/** A page of somebody who has signed in, on a phone. */
async function pageOf(person) {
  const page = await (await visitor(browser, platform)).newPage()
  await page.setViewportSize(PHONE)
  await signIn(page, person)
  return page
}

/** Nothing against the page, and nothing stands out to the side; looked at wide and in English, too. */
async function good(page, what) {
  const here = page.url()
  for (const language of ['en', 'uk']) {
    await page.goto(`/language/${language}?to=${encodeURIComponent(new URL(here).pathname)}`)
    for (const size of [DESKTOP, PHONE]) {
      await page.setViewportSize(size)
      assert.equal(await violations(page), '', `${what}, ${language}`)
      const by = await page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth)
      assert.ok(by <= 0, `${what}, ${language} scrolls sideways by ${by} px`)
      const path = `${process.env.VZAEMO_SHOTS}/${what}-${language}-${size.width}.png`
      if (process.env.VZAEMO_SHOTS) await page.screenshot({ path, fullPage: true })
    }
  }
}

test('a change is looked at by both, approved by both, and serves', async () => {
  const holder = await pageOf(people.holder)
  await holder.goto(LIST)
  await good(holder, 'no changes')

  await platform.configure((text) => text.replace('threshold = 3', 'threshold = 4').replace('[mail]', '[sessions]\nidle-minutes = 30\n\n[mail]'))
  await eventually(async () => {
    await holder.goto(LIST)
    return holder.getByText('Змінена конфігурація чекає на держателів').isVisible()
  }, 'the change waits')
  await good(holder, 'a change waits')
  await holder.getByRole('link', { name: 'Переглянути й вирішити' }).click()
  const change = holder.url()
  await holder.getByText('+ threshold = 4').waitFor()
  await good(holder, 'the change')
  await holder.getByRole('button', { name: 'Схвалити' }).click()
  await holder.getByText('Має схвалити ще й інший держатель').waitFor()
  await good(holder, 'approved by one')

  const second = await pageOf(people.secondHolder)
  await second.goto(change)
  await second.getByRole('button', { name: 'Відхилити' }).click()
  await second.getByRole('alert').waitFor()
  await second.getByText('Напишіть причину').waitFor()
  assert.equal(await violations(second), '', 'declined without a reason')
  await second.goto(change)
  await second.getByRole('button', { name: 'Схвалити' }).click()
  await eventually(async () => {
    await second.goto(change)
    return second.getByText('Застосовано як покоління').isVisible()
  }, 'the change serves')
  await good(second, 'applied')

  const administrator = await pageOf(people.administrator)
  await administrator.goto(LIST)
  await administrator.getByText('2 з 2').waitFor()
  assert.deepEqual(platform.errors, [])
})
