list-title = Електронні петиції
list-lead = Петицію розглядають, якщо за { $term } { $unit ->
    [hours] { $term ->
        [one] годину
        [few] години
       *[many] годин
      }
    [months] { $term ->
        [one] місяць
        [few] місяці
       *[many] місяців
      }
    [calendar-days] { $term ->
        [one] календарний день
        [few] календарні дні
       *[many] календарних днів
      }
   *[working-days] { $term ->
        [one] робочий день
        [few] робочі дні
       *[many] робочих днів
      }
  } зібрано { $goal } { $goal ->
    [one] підпис
    [few] підписи
   *[many] підписів
  }. Подати й підписати петицію можна безкоштовно.
start = Подати петицію
filters = Показати петиції
stage-hidden = Приховані
stage-collecting = Збирають підписи
stage-review = На розгляді
stage-answered = З відповіддю
stage-short = Не зібрали підписів
stage-refused = Відхилені
list-empty = Тут поки немає петицій
list-empty-next = Перегляньте інші петиції або подайте свою.
home-title = Збирають підписи зараз
found-none = Нічого не знайдено
found-none-next = Спробуйте інші слова або подайте петицію.
similar-title = Схожі петиції
similar-none = Схожих петицій не знайшли. Можна йти далі.
similar-some = Можливо, хтось уже просить про те саме. Підтримати таку петицію швидше, ніж збирати підписи окремо.
card-count = { $count } з { $goal }

by = № { $number } · автор { $author } · адресат: { $body }
by-published = № { $number } · автор { $author } · опубліковано { $published } · адресат: { $body }
missing = Бракує ще { $count } { $count ->
    [one] підпису
    [few] підписів
   *[many] підписів
  }.
enough = Підписів досить.
sign = Підписати петицію
sign-note = Ваше ім’я та дату підпису побачать усі. Підпис можна відкликати до завершення збору.
thanks = Дякуємо, ваш підпис враховано.
thanks-next = Ми повідомимо, коли петицію розглядатимуть. Вона вже у вашому кабінеті.
withdraw = Відкликати підпис
withdrawn = відкликано
invalidated = не враховано за рішенням
signatures-title = Підписи
signatures-none = Підписів ще немає. Ваш може бути першим.
signatures-nobody = Підписів не було.
signatures-elsewhere = Підписи збирали до того, як петицію перенесено сюди. У переліку є не всі.
signatures-all = Усі підписи
signatures-caption = Хто підписав, найновіші першими
signatures-count = Дійсних підписів: { $count }
column-name = Ім’я
column-when = Коли
column-number = №
column-title = Петиція
column-author = Автор
column-due = Строк
column-left = Залишилося

terms = Строки
step-submitted = Подано
step-check = Перевірка до
step-published = Опубліковано
step-refused = Відхилено
step-recalled = Автор відкликав петицію
step-collection = Збір підписів до
step-reached = Зібрано потрібні підписи
step-announce = Оголосити розгляд до
to-come-announce = Оголошення розгляду
step-announced = Розгляд оголошено
step-answer = Відповісти до
to-come-answer = Відповідь
step-answered = Надано відповідь
step-appeal = Розглядається як звернення
within = { $unit ->
    [hours] упродовж { $term } год
    [months] упродовж { $term } міс.
    [calendar-days] упродовж { $term } { $term ->
        [one] календарного дня
       *[other] календарних днів
      }
   *[working-days] упродовж { $term } { $term ->
        [one] робочого дня
       *[other] робочих днів
      }
  }
rules-note = Потрібна кількість підписів: { $goal } ({ $law }). Ці правила чинні з { $since }.
term-check = Перевірка петиції
term-collection = Завершення збору підписів
term-announcement = Оголошення розгляду
term-answer = Відповідь

refused-title = Петицію відхилено
refused-next = Відхилені петиції лишаються відкритими для всіх. Автор може виправити текст і подати нову.
answer-title = Відповідь
short-title = Потрібної кількості підписів не зібрано
short-text = Строк збору минув. Петицію розглядають як звернення громадян, відповідь надсилають авторові.
reason-overthrow = Містить заклики до повалення конституційного ладу (393/96-ВР, ст. 23-1).
reason-war = Містить пропаганду війни чи насильства (393/96-ВР, ст. 23-1).
reason-hatred = Розпалює ворожнечу між людьми (393/96-ВР, ст. 23-1).
reason-rights = Закликає порушити права і свободи людини (393/96-ВР, ст. 23-1).
reason-not-competent = Питання не належить до повноважень адресата.
reason-unclear = З тексту не зрозуміло, про що просить автор.

state-pending-check = На перевірці
state-recalled = Відкликано автором
state-refused = Відхилено
state-collecting = Збір підписів
state-threshold-reached = Підписи зібрано
state-under-review = На розгляді
state-answered = Є відповідь
state-converted-to-appeal = Не зібрано підписів

checking-note = Цю сторінку бачать лише автор і посадові особи органу, якому адресовано петицію.
open-public = Відкрити сторінку для всіх
row-email = Адреса для відповіді
row-signatures = Підписи
publish = Опублікувати
refuse = Відхилити
recall = Відкликати петицію
announce = Оголосити розгляд
answer = Надати відповідь

desk-title = Петиції: робочий стіл
desk-filters = Що зробити
desk-check = Перевірити
desk-announce = Оголосити розгляд
desk-answer = Відповісти
desk-none = Нічого
desk-caption = Черга за строком
desk-empty = Черга порожня
desk-empty-next = Нові петиції з’являться тут, щойно їх подадуть.
desk-no-body = Робочий стіл є лише в посадових осіб органу влади.

act-submit = Подати петицію
act-submit-lead = Напишіть, що має змінитися. Після перевірки петицію опублікують, і її зможуть підписати всі.
act-submit-submit = Надіслати на перевірку
act-refuse = Відхилити петицію
act-refuse-lead = Петиція лишиться відкритою для всіх разом із причиною.
act-refuse-submit = Відхилити
act-answer = Надати відповідь
act-answer-lead = Відповідь побачать усі. Автор і підписанти отримають повідомлення.
act-answer-submit = Опублікувати відповідь
act-sign = Підписати петицію
act-withdraw = Відкликати підпис
act-publish = Опублікувати петицію
act-announce = Оголосити розгляд
act-recall = Відкликати петицію
step-title = Про що ви просите?
step-similar = Чи хтось уже просить про це?
step-essence = Поясніть суть
step-contact = Контакт і правила
field-title = Назва петиції
field-title-hint = Одним реченням: що саме має зробити Кабінет Міністрів. Наприклад: «Зробити безбар’єрними входи до всіх відділень пошти».
field-essence = Суть петиції
field-essence-hint = Що не так зараз, що має змінитися і чому це важливо. Не пишіть персональних даних інших людей.
field-email = Адреса для відповіді
field-email-hint = Електронна пошта. Її бачать лише ті, хто розглядає петицію; на сторінках для всіх її немає.
field-rules = У тексті немає закликів до повалення ладу, війни, насильства, ворожнечі чи порушення прав людини
field-rules-hint = Петиції, які закликають до насильства чи порушення прав, не публікують. Ваші прізвище, ім’я та по батькові побачать усі.
field-reason = Причина
field-reason-overthrow = Заклики до повалення конституційного ладу
field-reason-war = Пропаганда війни чи насильства
field-reason-hatred = Розпалювання ворожнечі
field-reason-rights = Порушення прав і свобод людини
field-reason-not-competent = Не належить до повноважень адресата
field-reason-unclear = Незрозуміло, про що просять
field-explanation = Пояснення для автора
field-explanation-hint = Що саме не відповідає вимогам і що можна виправити. Це побачать усі, тому не пишіть персональних даних.
field-answer = Відповідь
field-answer-hint = Що вирішено, ким і до якого часу буде виконано.

role-author = Ви подали цю петицію
role-signatory = Ви підписали цю петицію
event-submitted = Петицію надіслано на перевірку
event-recalled = Автор відкликав петицію
event-published = Петицію опубліковано, почався збір підписів
event-refused = Петицію відхилено
event-reached = Зібрано потрібну кількість підписів
event-announced = Оголошено розгляд
event-answered = Надано відповідь
event-short = Строк збору минув: петицію розглядають як звернення
event-withdrawn = Ви відкликали підпис
notice-published = Вашу петицію № { $number } опубліковано. Збір підписів почався.
notice-refused = Петицію № { $number } відхилено. Причину вказано на її сторінці.
notice-reached = Петиція № { $number } зібрала потрібну кількість підписів.
notice-announced = Оголошено розгляд петиції № { $number }.
notice-answered = На петицію № { $number } надано відповідь.
notice-short = Строк збору підписів на підтримку петиції № { $number } минув. Її розглядають як звернення.

done-submitted = Петицію № { $number } надіслано на перевірку.
done-recalled = Петицію відкликано.
done-published = Петицію опубліковано.
done-refused = Петицію відхилено.
done-signed = Ваш підпис враховано. Дякуємо!
done-withdrawn = Підпис відкликано.
done-announced = Розгляд оголошено.
done-answered = Відповідь опубліковано.
already-signed = Ви вже підписали цю петицію.
not-signed = Ви не підписували цю петицію.
invalidated-signature = Ваш підпис під цією петицією визнано недійсним. Підстави і спосіб оскарження — у повідомленнях кабінету.
not-published = Петицію ще не опубліковано.
collection-over = Строк збору підписів минув.

# What is kept, where a person sees what is kept of them.
collection-petitions = петиції
collection-signatures = підписи
