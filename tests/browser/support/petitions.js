// Walking a petition through its pages as people do.

const ESSENCE = 'Багато відділень мають лише сходи. Людина на візку чи з дитячим візочком туди не потрапить. '
  + 'Просимо встановити пандуси й кнопки виклику та оприлюднити строки робіт.'

/** Answers for the form of a petition. */
export const answers = (title) => ({ title, essence: ESSENCE, email: 'author@example.org' })

/** Presses the form's main button. */
export const next = (page) => page.getByRole('button', { name: 'Далі' }).click()

/** Fills the form up to the page that shows all answers. */
export async function fill(page, { title, essence, email }) {
  await page.goto('/petitions/new')
  await page.getByLabel('Назва петиції').fill(title)
  await next(page)
  await page.waitForURL(/step=similar/)
  await next(page)
  await page.getByLabel('Суть петиції').fill(essence)
  await next(page)
  await page.getByLabel('Адреса для відповіді').fill(email)
  await page.getByLabel('У тексті немає закликів').check()
  await next(page)
  await page.waitForURL(/step=check/)
}

/** Sends the filled form; gives the number of the petition. */
export async function send(page) {
  await page.getByRole('button', { name: 'Надіслати на перевірку' }).click()
  await page.waitForURL(/\/petitions\/[^/]+\/checking$/)
  return new URL(page.url()).pathname.split('/')[2]
}

/** An official publishes it. */
export async function publish(page, number) {
  await page.goto(`/petitions/${number}/checking`)
  await page.getByRole('button', { name: 'Опублікувати' }).click()
  await page.waitForURL(new RegExp(`/petitions/${number}$`))
}

/** An official refuses it. */
export async function refuse(page, number) {
  await page.goto(`/petitions/${number}/refuse`)
  await page.getByLabel('Незрозуміло, про що просять').check()
  await page.getByLabel('Пояснення для автора').fill('Напишіть, що саме має зробити Кабінет Міністрів і де.')
  await page.getByRole('button', { name: 'Відхилити' }).click()
  await page.waitForURL(new RegExp(`/petitions/${number}$`))
}

/** Signs it. */
export async function sign(page, number) {
  await page.goto(`/petitions/${number}`)
  await page.getByRole('button', { name: 'Підписати петицію' }).click()
  await page.getByText('Дякуємо, ваш підпис враховано.').waitFor()
}
