list-title = Консультації з громадськістю
list-lead = Прочитайте проєкт акта, обговоріть будь-який абзац або запропонуйте свою редакцію. На кожну пропозицію орган відповідає.
filters = Показати консультації
stage-draft = Підготовка
stage-open = Тривають
stage-closed = Завершені
stage-reporting = Готують звіт
stage-reported = Є звіт
list-empty = Тут поки немає консультацій
list-empty-next = Перегляньте консультації на іншому етапі.
home-title = Проєкти, які обговорюють зараз
found-none = Нічого не знайдено
found-none-next = Спробуйте інші слова.
card-until = Пропозиції до { $closes }
count = { $count ->
    [0] Пропозицій ще немає
    [one] { $count } пропозиція
    [few] { $count } пропозиції
   *[many] { $count } пропозицій
  }
count-label = { $count ->
    [one] пропозиція
    [few] пропозиції
   *[many] пропозицій
  }
how-to-take-part = Оберіть абзац у тексті нижче, щоб обговорити його або запропонувати свою редакцію.
open-report = Переглянути звіт
open-public = Відкрити сторінку для всіх

notice-summary = Що змінює акт
notice-affected = Кого стосується
notice-consequences = Можливі наслідки
notice-submitting = Як подати пропозиції
notice-closes = Останній день для пропозицій
notice-contact = Контактна особа
files-title = Документи
file-draft = Проєкт акта
proposal-file = Додано до зауваження
draft-title = Текст проєкту
decision-title = Рішення від { $decided }

terms = Строки
step-publish = Опублікувати консультацію
step-opened = Опубліковано
step-earliest = Завершити можна не раніше
step-closes = Приймають пропозиції до
step-closed = Приймання пропозицій завершено
step-decision = Рішення щодо проєкту
step-decided = Рішення ухвалено
step-report = Оприлюднити звіт до
to-come-report = Звіт
step-reported = Звіт оприлюднено
within = { $unit ->
    [hours] упродовж { $term } год після рішення
    [months] упродовж { $term } міс. після рішення
    [calendar-days] упродовж { $term } календарних днів після рішення
   *[working-days] упродовж { $term } робочих днів після рішення
  }

clause-heading = Заголовок
clause-point = Пункт{"\u00A0"}{ $number }
clause-paragraph = Пункт{"\u00A0"}{ $number }, абзац{"\u00A0"}{ $place }
clause-loose = Абзац { $place } поза пунктами
clause-text = Текст у проєкті
clause-before = Попередній абзац
clause-next = Наступний абзац
clause-whole = Увесь проєкт
discuss = { $count ->
    [0] Обговорити
    [one] { $count } пропозиція
    [few] { $count } пропозиції
   *[many] { $count } пропозицій
  }
proposals-title = Що пропонують
proposals-none = До цього абзацу ще нічого не запропонували. Ваша пропозиція може бути першою.
proposals-over = Пропозиції більше не приймають: строк консультації минув.
propose-title = Запропонуйте свою редакцію
comment-title = Напишіть зауваження
kind-comment = Зауваження
kind-wording = Пропонована редакція
organisation-named = Організація: { $name }
organisation-code = Організація, ЄДРПОУ { $code }
no-name = Автора не вказано

response-awaiting = Очікує відповіді
response-accepted = Враховано
response-partly = Враховано частково
response-rejected = Відхилено

report-title = Звіт про результати консультації
report-counts = Скільки пропозицій враховано
report-caption = Усі пропозиції за порядком тексту
report-none = Пропозицій не надходило
report-none-next = Консультацію завершено без пропозицій.
column-clause = Абзац
column-who = Хто запропонував
column-proposal = Пропозиція
column-response = Відповідь
column-reason = Обґрунтування
column-persons = Від осіб
column-organisations = Від організацій
column-all = Разом
column-title = Проєкт
column-closes = Пропозиції до
column-report-due = Звіт до
column-awaiting = Без відповіді

state-draft = Підготовка
state-open = Триває
state-closed = Завершено
state-reporting = Готують звіт
state-reported = Є звіт

desk-title = Консультації: робочий стіл
desk-filters = Етап
desk-caption = Консультації вашого органу
desk-empty = На цьому етапі консультацій немає
desk-empty-next = Оберіть інший етап або створіть консультацію.
preview = Попередній перегляд
preview-note = Цю сторінку бачать лише посадові особи вашого органу. Перевірте, чи правильно поділено текст, і опублікуйте.
responses-filters = Показати пропозиції
responses-title = Пропозиції
responses-none = Таких пропозицій немає
responses-none-next = Оберіть іншу відповідь у переліку вище.
left = Без відповіді: { $count }

act-create = Створити консультацію
act-create-lead = Опишіть, що змінює акт, і вставте текст проєкту. Перед публікацією ви побачите, як його поділено на абзаци.
act-create-submit = Зберегти й переглянути
act-revise = Виправити консультацію
act-revise-submit = Зберегти й переглянути
act-publish = Опублікувати консультацію
act-comment = Написати зауваження
act-comment-lead = Ваше ім’я побачать усі: анонімних пропозицій не розглядають.
act-comment-submit = Надіслати зауваження
act-propose = Запропонувати редакцію
act-propose-lead = Змініть текст абзацу так, як має бути. Ваше ім’я побачать усі: анонімних пропозицій не розглядають.
act-propose-submit = Надіслати пропозицію
act-respond = Відповісти на пропозицію
act-respond-lead = Відповідь і обґрунтування побачать усі. Автор отримає повідомлення.
act-respond-submit = Зберегти відповідь
act-decide = Записати рішення щодо проєкту
act-decide-lead = Від дня рішення рахують строк оприлюднення звіту.
act-decide-submit = Записати рішення
act-publish-report = Оприлюднити звіт

field-title = Назва проєкту
field-title-hint = Як у самому акті, наприклад: «Проєкт постанови про …».
field-summary = Що змінює акт
field-summary-hint = Простими словами: що є зараз і що буде.
field-affected = Кого стосується
field-affected-hint = Групи людей та організацій, на які вплине акт.
field-consequences = Можливі наслідки
field-consequences-hint = Що зміниться для цих груп.
field-contact = Контактна особа
field-contact-hint = Ім’я, посада, телефон або електронна адреса.
field-submitting = Як подати пропозиції
field-submitting-hint = Крім цієї сторінки: поштою, електронною адресою, особисто.
field-closes = Останній день для пропозицій
field-closes-hint = Консультація триває щонайменше стільки, скільки вимагає закон.
field-draft = Текст проєкту
field-draft-hint = Вставте весь текст. Пункти «1.», підпункти «1)» і абзаци розпізнаються самі.
field-draft-file = Проєкт файлом
field-draft-file-hint = Той самий текст документом.
field-materials = Матеріали до проєкту
field-materials-hint = Пояснювальна записка, порівняльна таблиця, аналіз впливу.
field-attachment = Документ до зауваження
field-attachment-hint = Його побачать усі, хто читає зауваження.
field-comment = Зауваження
field-comment-hint = Що не так у цьому абзаці і чому.
field-wording = Ваша редакція абзацу
field-wording-hint = Порівняння з текстом проєкту складемо автоматично.
field-grounds = Чому саме так
field-grounds-hint = Що дасть ця зміна і кому.
field-response = Відповідь
field-response-accepted = Враховано
field-response-partly = Враховано частково
field-response-rejected = Відхилено
field-reason = Обґрунтування
field-reason-hint = Чому саме таке рішення. Обов’язкове для кожної відповіді.
field-decided = Коли ухвалено рішення
field-decision = Рішення
field-decision-hint = Наприклад: проєкт доопрацьовано й подано на розгляд Уряду.

case-awaiting = Пропозиція очікує відповіді
case-accepted = Пропозицію враховано
case-partly = Пропозицію враховано частково
case-rejected = Пропозицію відхилено
role-author = Ви подали цю пропозицію
event-submitted = Пропозицію подано
event-responded = Орган відповів на пропозицію
told-accepted = Вашу пропозицію враховано. Обґрунтування — на сторінці абзацу.
told-partly = Вашу пропозицію враховано частково. Обґрунтування — на сторінці абзацу.
told-rejected = Вашу пропозицію відхилено. Обґрунтування — на сторінці абзацу.

done-created = Консультацію створено. Перевірте її й опублікуйте.
done-revised = Зміни збережено.
done-published = Консультацію опубліковано.
done-submitted = Пропозицію подано. Дякуємо! Відповідь з’явиться у вашому кабінеті.
done-responded = Відповідь збережено.
done-decided = Рішення записано.
done-reported = Звіт оприлюднено.

no-body = Це можуть лише посадові особи органу влади.
too-soon = Найраніший можливий день — { $earliest }. { $unit ->
    [hours] Консультація триває щонайменше { $term } год ({ $law }).
    [months] Консультація триває щонайменше { $term } міс. ({ $law }).
    [calendar-days] Консультація триває щонайменше { $term } календарних днів ({ $law }).
   *[working-days] Консультація триває щонайменше { $term } робочих днів ({ $law }).
  }
draft-too-long = У тексті { $count } абзаців, а може бути не більш як { $most }. Поділіть проєкт на частини.
draft-no-points = У тексті не знайдено пунктів. Кожен пункт має починатися з номера: «1.» або «1)».
same-wording = Ця редакція не відрізняється від тексту проєкту. Змініть її або напишіть зауваження.
heading-closed = Заголовки не обговорюють окремо. Оберіть абзац під ним.
still-open = Консультація ще триває. Відповідати можна після її завершення.
unanswered = Не на всі пропозиції надано відповідь. Звіт містить відповідь на кожну.
decided-when = Вкажіть день після завершення консультації ({ $closes }), але не пізніше за сьогодні.

# What is kept, where a person sees what is kept of them.
collection-consultations = консультації
collection-clauses = абзаци проєктів
collection-proposals = пропозиції
