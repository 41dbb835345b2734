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
    [one] ще{"\u00A0"}{ $days }{"\u00A0"}день
    [few] ще{"\u00A0"}{ $days }{"\u00A0"}дні
   *[many] ще{"\u00A0"}{ $days }{"\u00A0"}днів
}
remaining-last-day = останній день
remaining-hours = { $hours ->
    [one] ще{"\u00A0"}{ $hours }{"\u00A0"}година
    [few] ще{"\u00A0"}{ $hours }{"\u00A0"}години
   *[many] ще{"\u00A0"}{ $hours }{"\u00A0"}годин
}
remaining-minutes = менше години
remaining-past = строк минув

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
