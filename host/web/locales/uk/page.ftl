### Тексти блоків сторінки, дати й строки.

month-1 = січня
month-2 = лютого
month-3 = березня
month-4 = квітня
month-5 = травня
month-6 = червня
month-7 = липня
month-8 = серпня
month-9 = вересня
month-10 = жовтня
month-11 = листопада
month-12 = грудня
date-today = сьогодні
date-day = День
date-month = Місяць
date-year = Рік
remaining-days = { $days ->
    [one] Ще { $days } день
    [few] Ще { $days } дні
   *[many] Ще { $days } днів
}
remaining-last-day = Останній день
remaining-hours = { $hours ->
    [one] Ще { $hours } година
    [few] Ще { $hours } години
   *[many] Ще { $hours } годин
}
remaining-minutes = Менше години
remaining-past = Строк минув

person-not-shown = Ім’я не показується
aside-label = Стан і дії
aside-more-label = Додатково
progress-goal = з { $goal }
progress-label = Поступ
clock-done = Завершено:
clock-now = Зараз:
clock-next = Далі:
clock-missed = Прострочено:
clock-how = Як пораховано
filters-label = Показати
search-label = Пошук
search-button = Знайти
pages-label = Сторінки
pages-next = Показати далі
clause-discuss = Обговорити
clause-link = Посилання на пункт { $anchor }
difference-removed = вилучено:
difference-added = додано:
details-label = Докладніше
