// Two persons decide on a phone that participation does not count: every page of it is free of violations and fits.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { violations } from './support/axe.js'
import { PHONE, launch, visitor } from './support/browser.js'
import { people, signIn } from './support/people.js'
import { answers, fill, publish, send, sign } from './support/petitions.js'
import { Platform } from './support/platform.js'

const DESK = '/administration/invalidations'
const GROUNDS = 'Підписи зроблено з однієї адреси за хвилину; правила користування, пункт 5.'

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

/** A page of somebody who has signed in, on a phone. */
async function pageOf(person) {
  const page = await (await visitor(browser, platform)).newPage()
  await page.setViewportSize(PHONE)
  if (person) await signIn(page, person)
  return page
}

/** Nothing against the page, and nothing stands out to the side. */
async function good(page, what) {
  assert.equal(await violations(page), '', what)
  const by = await page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth)
  assert.ok(by <= 0, `${what} scrolls sideways by ${by} px`)
  if (process.env.VZAEMO_SHOTS) await page.screenshot({ path: `${process.env.VZAEMO_SHOTS}/${what}.png`, fullPage: true })
}

test('one proposes, another approves, and everybody can read it', async () => {
  const citizen = await pageOf(people.taras)
  await fill(citizen, answers('Освітлення пішохідних переходів біля шкіл'))
  const number = await send(citizen)
  await publish(await pageOf(people.official), number)
  await sign(await pageOf(people.olena), number)

  const administrator = await pageOf(people.administrator)
  await administrator.goto(DESK)
  await good(administrator, 'the form')
  const count = administrator.getByRole('button', { name: 'Порахувати, нічого не змінюючи' })
  await administrator.getByLabel('Документ').fill(number)
  await count.click()
  await administrator.getByRole('alert').waitFor()
  await good(administrator, 'the form with errors')
  await administrator.getByLabel('Адреса').fill('127.0.0.1')
  await administrator.getByLabel('Підстави').fill(GROUNDS)
  await count.click()
  await administrator.getByText('Перестане враховуватися 1 участь').waitFor()
  await good(administrator, 'the dry run')
  await administrator.getByRole('button', { name: 'Запропонувати' }).click()
  await administrator.getByText('Це запропонували ви').waitFor()
  await good(administrator, 'the proposal of ones own')
  const proposal = administrator.url()

  const holder = await pageOf(people.holder)
  await holder.goto(DESK)
  await good(holder, 'the proposals')
  await holder.getByRole('link', { name: GROUNDS }).click()
  assert.equal(holder.url(), proposal)
  await good(holder, 'the proposal of somebody else')
  await holder.getByRole('button', { name: 'Схвалити' }).click()
  await holder.waitForURL('**/invalidations/1')

  const anybody = await pageOf()
  for (let tries = 0; tries < 200; tries++) {
    await anybody.goto('/invalidations/1')
    if (await anybody.getByText('Не враховано 1 участь').isVisible()) break
  }
  await good(anybody, 'the decision')
  await anybody.goto('/invalidations')
  await anybody.getByRole('link', { name: 'Рішення № 1' }).waitFor()
  await good(anybody, 'all decisions')
  assert.deepEqual(platform.errors, [])
})
