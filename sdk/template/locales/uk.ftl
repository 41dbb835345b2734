board-title = Дошка нотаток
board-lead = Кожен може щодня лишити одну нотатку.
board-caption = Нотатки, найновіші першими
board-empty = Ще немає жодної нотатки
board-empty-hint = Ваша може бути першою.
board-write = Написати нотатку
board-busy = Сьогодні вже { $count } { $count ->
    [one] нотатка
    [few] нотатки
   *[many] нотаток
  }. Жвавий день!
column-text = Нотатка
column-author = Автор
column-written = Написано

note-title = Нотатка
note-by = { $author }, { $written }
note-mood = Настрій
note-hidden = Цю нотатку приховано
note-terms = Строки
step-shown = На дошці до
note-hide = Приховати

mood-glad = радісний
mood-worried = стурбований
mood-neither = звичайний

reason-advertising = Це реклама.
reason-offence = Це когось ображає.

state-shown = На дошці
state-hidden = Приховано
state-archived = В архіві

role-author = Автор
written = Вашу нотатку опубліковано.
one-a-day = Сьогодні ви вже лишили нотатку. Приходьте завтра.
hidden-done = Нотатку приховано.
told-advertising = Вашу нотатку приховано: це реклама.
told-offence = Вашу нотатку приховано: вона когось ображає.

## Форми: заголовок, вступ і кнопка дії, назви, підказки і варіанти полів

act-write = Написати нотатку
act-write-lead = Нотатку побачать усі, разом із вашим ім’ям.
act-write-submit = На дошку
field-text = Нотатка
field-text-hint = До 500 знаків.
field-mood = Ваш настрій
field-mood-glad = радісний
field-mood-worried = стурбований
field-mood-neither = звичайний

act-hide = Приховати нотатку
act-hide-submit = Приховати
field-reason = Чому
field-reason-advertising = Це реклама
field-reason-offence = Це когось ображає
