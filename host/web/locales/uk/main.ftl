### Тексти платформи: шапка, підвал, перша сторінка, вхід, кабінет.

skip-link = Перейти до основного вмісту
navigation-label = Головна навігація
menu = Меню
crumbs-label = Шлях до цієї сторінки
footer-label = Про платформу
footer-source = вихідний код відкрито за EUPL-1.2
footer-accessibility = Доступність
footer-privacy = Приватність
rules-title = Правила користування

home-claim-1 = Скажіть державі.
home-claim-2 = І простежте, що вона відповіла.
home-lead = Усі послуги для розмови з органами влади в одному місці. Безкоштовно, цілодобово.
home-search-label = Пошук послуг і записів
home-search-example = Наприклад: пандуси у відділеннях пошти
home-tasks = Що ви хочете зробити?
home-no-tasks = Послуг ще немає
home-no-tasks-next = Вони з’являться тут, щойно держатель платформи додасть їх у налаштуваннях.

sign-in = Увійти
sign-out = Вийти
sign-in-title = Вхід
sign-in-lead = Оберіть, чим підтвердити особу. Одного входу вистачить для всіх послуг.
sign-in-none = Жоден спосіб входу не налаштовано
sign-in-none-next = Читати сторінки можна без входу. Повідомте про це держателя платформи.
sign-in-why = Вхід потрібен, щоб один голос належав одній людині. Хто ви, знає лише платформа: послуги бачать псевдонім, різний для кожної з них.

preferences-title = Вигляд і розмір
preferences-lead = Налаштування діють на цьому пристрої та зберігаються на рік.
preferences-text = Розмір тексту
preferences-contrast = Контраст
preferences-theme = Тло
preferences-spacing = Відстань між літерами й рядками
preferences-usual = Звичайно
preferences-large = Більше
preferences-largest = Найбільше
preferences-high = Підвищено
preferences-auto = Як на пристрої
preferences-light = Світле
preferences-dark = Темне
preferences-wide = Більше
preferences-save = Зберегти

development-label = Режим розробки
development-title = Режим розробки.
development-text = Особи й записи тут вигадані.
development-only = Лише для розробки
development-clock = Юридичний годинник:
development-day = + 1 день
development-week = + 1 тиждень
development-month = + 1 місяць
development-date = До дати
development-go = Перевести

cabinet-title = Кабінет
cabinet-parts = Розділи кабінету
cabinet-unread = { $count ->
    [one] непрочитане повідомлення
    [few] непрочитані повідомлення
   *[many] непрочитаних повідомлень
}
cabinet-cases = Мої справи
cabinet-drafts = Чернетки
cabinet-notices = Повідомлення
cabinet-sessions = Мої сеанси
cabinet-changed = Змінено:
cabinet-no-cases = Справ поки немає
cabinet-no-cases-next = Тут буде все, що ви подали чи підтримали, з датами й відповідями. Почніть із головної сторінки.
cabinet-no-drafts = Чернеток немає
cabinet-no-drafts-next = Незавершені форми зберігаються тут, коли ви натискаєте «Зберегти чернетку» або коли сеанс закінчився.
cabinet-no-notices = Повідомлень немає
cabinet-no-notices-next = Ми повідомимо, коли у ваших справах щось зміниться.
case-due = до
case-page = Відкрити сторінку
case-no-page = Послуга зараз вимкнена. Ваша справа та її історія збережені.
case-events = Що відбувалося
draft-kept = Збережено:
draft-until = зберігається до
draft-remove = Видалити чернетку
notice-new = Нове
sessions-lead = Якщо якогось пристрою не впізнаєте, завершіть сеанс на ньому.
session-this = Цей пристрій
session-since = Вхід:
session-used = востаннє:
session-end = Завершити сеанс

acting-for-title = Від чийого імені ви дієте?
acting-for-lead = Ви можете діяти від свого імені або від імені організації, яку представляєте. Вибір діє, доки ви його не зміните або не вийдете.
acting-for-legend = Діяти від імені
acting-for-myself = Від свого імені
acting-for-myself-short = своє власне
acting-for-myself-hint = Як громадянин чи громадянка
acting-for-code = Код ЄДРПОУ { $code }
acting-for-go = Продовжити
acting-for-now = Ви дієте від імені:
acting-for-short = від імені:
acting-for-change = Змінити
acting-for-not-yours = Немає підтвердження, що ви представляєте цю організацію.

slot-sign-in = Потрібен вхід. Після нього ви повернетеся сюди.
