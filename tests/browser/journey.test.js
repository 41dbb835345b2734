// A petition from the first word to the answer, as its author, the official and those who sign see it.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { launch, visitor, watchedPage } from './support/browser.js'
import { eventually } from './support/eventually.js'
import { choose, people, signIn } from './support/people.js'
import { answers, fill, next, publish, send, sign } from './support/petitions.js'
import { Platform } from './support/platform.js'

const { title, essence, email } = answers('Зробити безбар’єрними входи до всіх відділень пошти')

let platform
let browser
/** A page for each person who takes part. */
const pages = {}
/** The petition's number, once it has one. */
let number

before(async () => {
  platform = await Platform.start()
  browser = await launch()
  for (const who of ['maria', 'official', 'taras', 'olena']) {
    pages[who] = await watchedPage(await visitor(browser, platform))
  }
})
after(async () => {
  await browser?.close()
  await platform?.stop()
})

/** Loads the page again until it says this. */
async function says(page, path, words) {
  await eventually(async () => {
    await page.goto(path)
    return page.getByRole('main').getByText(words).first().isVisible()
  }, `${path} says “${words}”`)
}

/** Moves the legal clock by the button of this label. */
async function moveClock(page, label) {
  const shown = page.locator('.v-development__clock summary')
  const before = await shown.textContent()
  await shown.click()
  await page.getByRole('button', { name: label }).click()
  await eventually(async () => (await shown.textContent()) !== before, 'the legal clock has moved')
}

describe('the way of a petition', () => {
  test('a citizen signs in on the way to the form, as one of the test persons', async () => {
    const page = pages.maria
    await page.goto('/')
    await page.getByRole('main').getByRole('link', { name: 'Підписати або подати петицію' }).click()
    await page.getByRole('link', { name: 'Подати петицію' }).click()
    await page.waitForURL(/\/sign-in\?to=/)
    await page.getByRole('main').getByRole('link').first().click()
    await page.waitForURL(/\/dev\/id\/authorize/)
    await choose(page, people.maria)
    await page.waitForURL(/\/petitions(\/new)?$/)
    assert.match(await page.getByRole('banner').textContent(), people.maria.name)
  })

  test('errors say what to do and keep what was typed', async () => {
    const page = pages.maria
    await page.goto('/petitions/new')
    await page.getByLabel('Назва петиції').fill('Пошта')
    await next(page)
    await page.waitForFunction(() => document.activeElement?.matches('.govuk-error-summary'))
    assert.match(await page.title(), /^Помилка:/)
    await page.getByRole('alert').getByRole('link').click()
    await page.waitForFunction(() => document.activeElement?.id === 'field_title')
    assert.equal(await page.getByLabel('Назва петиції').inputValue(), 'Пошта')
    assert.equal(await page.getByLabel('Назва петиції').getAttribute('aria-invalid'), 'true')
  })

  test('a draft is saved and waits in the cabinet', async () => {
    const page = pages.maria
    await page.getByLabel('Назва петиції').fill(title)
    await page.getByRole('button', { name: 'Зберегти чернетку' }).click()
    await page.waitForURL(/\/cabinet\/drafts$/)
    await page.getByRole('main').getByRole('link', { name: 'Подати петицію' }).click()
    assert.equal(await page.getByLabel('Назва петиції').inputValue(), title)
  })

  test('the answers are checked, changed and sent', async () => {
    const page = pages.maria
    await fill(page, { title, essence, email })
    const main = page.getByRole('main')
    for (const answer of [title, essence, email]) await main.getByText(answer).waitFor()
    await main.getByRole('link', { name: /Змінити.*Адреса/ }).click()
    await page.getByLabel('Адреса для відповіді').fill('maria@example.org')
    await next(page)
    await page.waitForURL(/step=check/)
    await main.getByText('maria@example.org').waitFor()
    number = await send(page)
    await page.getByText(`Петицію № ${number} надіслано на перевірку.`).waitFor()
    await page.goto('/cabinet/drafts')
    await page.getByText('Чернеток немає').waitFor()
  })

  test('before it is published only its author and officials see it', async () => {
    const stranger = pages.taras
    await signIn(stranger, people.taras)
    assert.equal((await stranger.goto(`/petitions/${number}`)).status(), 404)
    assert.equal((await stranger.goto(`/petitions/${number}/checking`)).status(), 403)
    assert.equal((await stranger.goto('/petitions/desk')).status(), 403)
  })

  test('an official finds it on the desk, with its due date, and publishes it', async () => {
    const page = pages.official
    await signIn(page, people.official, '/petitions/desk')
    const row = page.getByRole('row', { name: new RegExp(title) })
    await row.getByText(/ще\s\d|останній день/i).waitFor()
    await row.getByRole('link', { name: title }).click()
    await page.getByRole('heading', { level: 1, name: title }).waitFor()
    await publish(page, number)
    await page.getByText('Петицію опубліковано.').waitFor()
    await page.goto('/petitions/desk')
    await page.getByText('Черга порожня').waitFor()
  })

  test('its author is told', async () => {
    // People are told by timed work, after the act.
    await says(pages.maria, '/cabinet/notices', `Вашу петицію № ${number} опубліковано.`)
  })

  test('everybody reads it, how far it is and how its dates were computed', async () => {
    const context = await visitor(browser, platform)
    const page = await watchedPage(context)
    await page.goto(`/petitions/${number}`)
    await page.getByText(essence).waitFor()
    assert.equal(await page.getByRole('progressbar').getAttribute('max'), String(Platform.threshold))
    await page.getByText('Як пораховано').first().click()
    await page.getByText('КМУ 457/2016').first().waitFor()
    assert.equal(await page.getByText(email).count(), 0, 'the address of the author is not public')
    assert.deepEqual(page.troubles, [])
    await context.close()
  })

  test('signatures count once, can be taken back and given again', async () => {
    const page = pages.taras
    await sign(page, number)
    await says(page, `/petitions/${number}`, `Бракує ще ${Platform.threshold - 1} підписів.`)
    assert.equal(await page.getByRole('button', { name: 'Підписати петицію' }).count(), 0)
    await page.getByRole('button', { name: 'Відкликати підпис' }).click()
    await page.getByText('Підпис відкликано.').waitFor()
    await says(page, `/petitions/${number}`, `Бракує ще ${Platform.threshold} підписів.`)
    await sign(page, number)
    await says(page, '/cabinet', title)
  })

  test('at the threshold the collection ends and the body has to announce the review', async () => {
    await sign(pages.maria, number)
    await signIn(pages.olena, people.olena)
    await sign(pages.olena, number)
    await says(pages.olena, `/petitions/${number}`, 'Підписи зібрано')
    assert.equal(await pages.olena.getByRole('button', { name: 'Відкликати підпис' }).count(), 0)
    const page = pages.official
    await page.goto('/petitions/desk?stage=announce')
    await page.getByRole('link', { name: title }).click()
    await page.getByRole('button', { name: 'Оголосити розгляд' }).click()
    await page.getByText('Розгляд оголошено.').waitFor()
  })

  test('time passes, the term of the answer runs', async () => {
    const page = pages.official
    await page.goto('/petitions/desk?stage=answer')
    const left = page.getByRole('row', { name: new RegExp(title) }).getByText(/ще\s\d+|останній день|строк минув/i)
    const before = await left.textContent()
    await moveClock(page, '+ 1 день')
    await page.goto('/petitions/desk?stage=answer')
    assert.notEqual(await left.textContent(), before)
    for (let week = 0; week < 4; week += 1) await moveClock(page, '+ 1 тиждень')
    await page.goto('/petitions/desk?stage=answer')
    assert.equal(await left.textContent(), 'строк минув')
  })

  test('the body answers, late, and everybody is told', async () => {
    const page = pages.official
    await page.goto(`/petitions/${number}`)
    await page.getByRole('link', { name: 'Надати відповідь' }).click()
    await page.getByLabel('Відповідь').fill('Мінінфраструктури встановить пандуси в усіх відділеннях до кінця року.')
    await page.getByRole('button', { name: 'Опублікувати відповідь' }).click()
    await page.getByText('Відповідь опубліковано.').waitFor()
    await says(pages.taras, '/cabinet/notices', `На петицію № ${number} надано відповідь.`)
    await says(pages.maria, `/cabinet/cases/petitions/${number}`, 'Надано відповідь')
  })

  test('without enough signatures it becomes an appeal when its term is over', async () => {
    await fill(pages.maria, answers('Оприлюднювати розклади приміських поїздів у відкритих даних'))
    const short = await send(pages.maria)
    await publish(pages.official, short)
    const page = pages.official
    for (let month = 0; month < 3; month += 1) await moveClock(page, '+ 1 місяць')
    await moveClock(page, '+ 1 тиждень')
    await says(page, `/petitions/${short}`, 'Петицію розглядають як звернення громадян')
    assert.equal(await page.getByRole('button', { name: 'Підписати петицію' }).count(), 0)
  })

  test('whoever signs out is signed out', async () => {
    const page = pages.taras
    await page.getByRole('button', { name: 'Вийти' }).first().click()
    await page.getByRole('link', { name: 'Увійти' }).first().waitFor()
    await page.goto('/cabinet')
    await page.waitForURL(/\/sign-in\?to=/)
  })

  test('nothing went wrong on the way', () => {
    for (const [who, page] of Object.entries(pages)) assert.deepEqual(page.troubles, [], who)
    assert.deepEqual(platform.errors, [])
  })
})
