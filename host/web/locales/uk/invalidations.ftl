invalidations-title = Недійсна участь
invalidations-lead = Якщо участь купили або її створила машина, двоє тих, хто веде платформу, разом вирішують не враховувати її. Тут — усі такі рішення.
invalidations-none = Таких рішень не було.
invalidations-more = Давніші рішення
invalidations-decision = Рішення № { $number }
invalidations-service = Послуга
invalidations-document = У чому брали участь
invalidations-grounds = Підстави
invalidations-number = Скільки
invalidations-touched = { $count ->
    [one] Не враховано { $count } участь
    [few] Не враховано { $count } участі
   *[other] Не враховано { $count } участей
}
invalidations-at = Вирішено
invalidations-by = Хто вирішив
invalidations-done = виконано
invalidations-under-way = виконується
invalidations-thresholds = Те, що вже настало після досягнення порога, лишається чинним.
invalidations-contest = Якщо ви не згодні
invalidations-contest-how = Кожному, чию участь не враховано, повідомлено підстави. Хто не згоден, може оскаржити рішення: написати держателю платформи або звернутися до суду.
invalidations-notice = Вашу участь не враховано за рішенням № { $number }. Підстави: { $grounds } Якщо ви не згодні, можете це оскаржити: напишіть держателю платформи або зверніться до суду.
invalidations-event = Вашу участь не враховано за рішенням № { $number }. Підстави: { $grounds }

invalidate-title = Визнання участі недійсною
invalidate-lead = Спершу порахуйте, чого це торкнеться: нічого не зміниться. Тоді запропонуйте; інша особа схвалить за кількістю на ту мить.
invalidate-which = Яку участь
invalidate-no-choice = Жодна послуга, що працює, не має такої участі.
invalidate-what = Послуга
invalidate-what-hint = Тут лише послуги, де участь рахують.
invalidate-document = Документ
invalidate-document-hint = Ключ з його адреси, як-от 2026-7.
invalidate-address = Адреса
invalidate-address-hint = Як на сторінці безпеки, 198.51.100.7. Порожньо, якщо не має значення.
invalidate-device = Браузер
invalidate-device-hint = Як на сторінці безпеки, device: і шістнадцять знаків. Порожньо, якщо не має значення.
invalidate-from = Від
invalidate-to = До
invalidate-time-hint = Дата й час за годинником платформи. Порожньо, якщо не має значення.
invalidate-persons = Особи
invalidate-persons-hint = Ідентифікатори осіб на платформі або позначення послуги, по одному в рядку. Порожньо — усі.
invalidate-grounds = Підстави
invalidate-grounds-hint = Що виявлено і яке правило порушено. Це читають усі: без персональних даних і адрес.
invalidate-count = Порахувати, нічого не змінюючи
invalidate-counted = Чого це торкнеться
invalidate-touches = { $count ->
    [0] Нічого, що враховується
    [one] Перестане враховуватися { $count } участь
    [few] Перестануть враховуватися { $count } участі
   *[other] Перестануть враховуватися { $count } участей
}
invalidate-taken-back = { $count ->
    [one] Ще { $count } відкликано самою особою; вона лишається, як є.
    [few] Ще { $count } відкликано самими особами; вони лишаються, як є.
   *[other] Ще { $count } відкликано самими особами; вони лишаються, як є.
}
invalidate-before = { $count ->
    [one] Ще { $count } визнано недійсною раніше.
    [few] Ще { $count } визнано недійсними раніше.
   *[other] Ще { $count } визнано недійсними раніше.
}
invalidate-counters = Що кажуть лічильники
invalidate-counter = Лічильник
invalidate-now = Зараз
invalidate-then = Потім
invalidate-second = Нічого не станеться, доки не схвалить інша особа.
invalidate-propose = Запропонувати
invalidate-not-counted = Нічого не пораховано й не запропоновано
invalidate-error-what = Виберіть послугу
invalidate-error-document = Послуга не має документа з таким ключем
invalidate-error-address = Напишіть адресу, як-от 198.51.100.7
invalidate-error-device = Напишіть браузер, як на сторінці безпеки
invalidate-error-time = Напишіть дату й час
invalidate-error-persons = Одну з цих осіб послуга не знає
invalidate-error-grounds = Напишіть підстави, щонайбільше 1000 знаків
invalidate-error-open = Скажіть, за чим вибирати: адреса, браузер, особи або перша й остання мить разом
invalidate-error-nothing = Під це не підпадає жодна участь, яка враховується
invalidate-proposals = Що запропоновано
invalidate-proposals-caption = Останні пропозиції
invalidate-no-proposals = Нічого не запропоновано.
invalidate-by = Хто запропонував
invalidate-standing = Стан
invalidate-open = чекає на другу особу
invalidate-over = строк минув
invalidate-approved = схвалено
invalidate-declined = відхилено
invalidate-proposal = Пропозиція визнати участь недійсною
invalidate-counted-then = Пораховано, коли запропоновано
invalidate-counted-now = Чого це торкнеться зараз
invalidate-recounted = Кількість змінилася: { $then }, коли запропоновано, { $now } зараз.
invalidate-look-again = Нічого не вирішено. Подивіться на нову кількість і вирішіть ще раз.
invalidate-own = Це запропонували ви. Схвалити має інша особа.
invalidate-approve-what = Скасувати це не можна. Тим, кого це стосується, повідомлять підстави, а рішення стане публічним.
invalidate-approve = Схвалити
invalidate-decline = Відхилити

two-person-same = Тут потрібні двоє: хто запропонував, той не схвалює.
two-person-not-proven = Це вирішує лише той, чию особу підтверджено.
two-person-not-entitled = Це вирішують лише ті, хто веде платформу. Якщо ви серед них, увійдіть ще раз.
two-person-over = Пропозицію вже вирішено або її строк минув. Запропонуйте знову.
two-person-declined = Цю пропозицію відхилено.
two-person-changed = Вам показано не те, що запропоновано. Відкрийте пропозицію ще раз.

privacy-origins = Там, де участь рахують, ми певний час зберігаємо, з якої адреси й браузера вона надійшла, — як геш, що не виказує адреси, — аби можна було виявити участь, створену машиною.
