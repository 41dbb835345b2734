### Форми: кнопки, підказки, помилки.

form-submit = Надіслати
form-next = Далі
form-back = Назад
form-save = Зберегти чернетку
form-change = Змінити
form-choose = Оберіть
form-yes = Так
form-no = Ні
form-unanswered = Без відповіді
form-optional = { $label } (необов’язково)
form-step = Крок { $step } з { $steps }
form-errors-title = Перевірте відповіді
form-error-prefix = Помилка:

# { $limit } і { $actual } — числа; { $field } — назва поля.
form-error-required = Дайте відповідь: «{ $field }»
form-error-too-short = { $limit ->
    [one] «{ $field }»: має бути щонайменше { $limit } знак
    [few] «{ $field }»: має бути щонайменше { $limit } знаки
   *[many] «{ $field }»: має бути щонайменше { $limit } знаків
}
form-error-too-long = { $limit ->
    [one] «{ $field }»: може бути не більше ніж { $limit } знак, зараз { $actual }
    [few] «{ $field }»: може бути не більше ніж { $limit } знаки, зараз { $actual }
   *[many] «{ $field }»: може бути не більше ніж { $limit } знаків, зараз { $actual }
}
form-error-pattern = «{ $field }»: перевірте, чи правильно записано
form-error-choice = «{ $field }»: оберіть один із запропонованих варіантів
form-error-too-small = «{ $field }»: має бути не менше ніж { $limit }
form-error-too-large = «{ $field }»: має бути не більше ніж { $limit }
form-error-number = «{ $field }»: запишіть число цифрами
form-error-date = «{ $field }»: запишіть справжню дату, наприклад 27 3 2026
form-error-email = «{ $field }»: запишіть електронну адресу, наприклад name@example.com
form-error-url = «{ $field }»: запишіть вебадресу повністю, з https://
form-error-too-few = «{ $field }»: оберіть щонайменше { $limit }
form-error-too-many = «{ $field }»: оберіть не більше ніж { $limit }
form-error-several = «{ $field }»: потрібна одна відповідь, а надійшло кілька
form-error-changed = Форма змінилася, відколи ви її відкрили. Перевірте відповіді й надішліть ще раз
form-error-other = Перевірте відповідь: «{ $field }»

count-limit = Не більше ніж { $limit } знаків
count-under-one = Залишився [count] знак
count-under-few = Залишилося [count] знаки
count-under-many = Залишилося [count] знаків
count-under-other = Залишилося [count] знака
count-at-limit = Місця не залишилося
count-over-one = Зайвий [count] знак
count-over-few = Зайві [count] знаки
count-over-many = Зайвих [count] знаків
count-over-other = Зайвих [count] знака
form-gone-title = Тут уже нічого немає
form-gone-lead = Цю форму вже надіслано або її чернетку видалено. Надіслане знайдете в кабінеті.
form-gone-cabinet = Відкрити кабінет
form-gone-anew = Заповнити нову
