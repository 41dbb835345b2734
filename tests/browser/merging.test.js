// Two officials merge two records of one person: every page of it is free of violations and fits, on a phone and a desktop,
// in both languages.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { violations } from './support/axe.js'
import { DESKTOP, PHONE, launch, visitor } from './support/browser.js'
import { people, signIn } from './support/people.js'
import { Platform } from './support/platform.js'

const DESK = '/administration/merges'
const GROUNDS = 'Одна особа за паспортом і витягом, як показала перевірка.'
const DOCUMENT = '2026/17-Б'
/** Known by the УНЗР, where Taras is known by the taxpayer's number. */
const OTHER = { number: 6, name: /Олійник/ }

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

/** A page of somebody who has signed in. */
async function pageOf(person, language) {
  const page = await (await visitor(browser, platform, { language })).newPage()
  await signIn(page, person)
  return page
}

/** Nothing against the page, and nothing stands out to the side. */
async function good(page, what) {
  for (const size of [DESKTOP, PHONE]) {
    await page.setViewportSize(size)
    const which = `${what}-${size.width}`
    assert.equal(await violations(page), '', which)
    const by = await page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth)
    assert.ok(by <= 0, `${which} scrolls sideways by ${by} px`)
    if (process.env.VZAEMO_SHOTS) await page.screenshot({ path: `${process.env.VZAEMO_SHOTS}/${which}.png`, fullPage: true })
  }
}

/** The number of a person's record, as they find it. */
async function record(page) {
  await page.goto('/cabinet/my-data')
  return await page.locator('main code').innerText()
}

test('one proposes, another approves, and both ways of signing in lead to one cabinet', async () => {
  const taras = await pageOf(people.taras)
  const staying = await record(taras)
  await good(taras, 'the number of a record')
  const merged = await record(await pageOf(OTHER))

  const administrator = await pageOf(people.administrator)
  await administrator.goto(DESK)
  await good(administrator, 'merge the form')
  const count = administrator.getByRole('button', { name: 'Порахувати, нічого не змінюючи' })
  await administrator.getByLabel('Запис, що лишається').fill(staying)
  await administrator.getByLabel('Запис, що приєднується').fill(staying)
  await administrator.getByLabel('Підстави').fill(GROUNDS)
  await administrator.getByLabel('Документ').fill(DOCUMENT)
  await count.click()
  await administrator.getByRole('alert').waitFor()
  await good(administrator, 'merge errors')
  await administrator.getByLabel('Запис, що приєднується').fill(merged)
  await count.click()
  await administrator.getByText('Особа ніде не взяла участі двічі').waitFor()
  await good(administrator, 'merge the dry run')
  await administrator.getByRole('button', { name: 'Запропонувати' }).click()
  await administrator.getByText('Це запропонували ви').waitFor()
  await good(administrator, 'merge a proposal of ones own')
  const proposal = administrator.url()

  const holder = await pageOf(people.holder, 'en')
  await holder.goto(DESK)
  await good(holder, 'merge the proposals in English')
  await holder.getByRole('link', { name: DOCUMENT }).click()
  assert.equal(holder.url(), proposal)
  await good(holder, 'merge a proposal in English')
  await holder.getByRole('button', { name: 'Approve' }).click()
  for (let tries = 0; tries < 200; tries++) {
    await holder.goto(proposal)
    if (await holder.getByText('Everything has been handed over').isVisible()) break
  }
  await holder.getByText('Everything has been handed over').waitFor()
  await good(holder, 'merge done in English')

  const other = await pageOf(OTHER)
  assert.equal(await record(other), staying)
  await other.goto('/cabinet/notices')
  await other.getByText('Два ваші записи об’єднано').waitFor()
  await good(other, 'merge the notice')
  assert.deepEqual(platform.errors, [])
})
