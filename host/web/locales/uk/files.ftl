# Файли: у формах і на сторінках.
file-takes = { $kinds }. Не більше ніж { $size } кожен
file-takes-one = { $kinds }. Не більше ніж { $size }
file-remove = Вилучити файл «{ $name }»
file-declaration = Заявляю, що файли не містять державної таємниці чи службової інформації
file-kilobytes = { $size } КБ
file-megabytes = { $size } МБ
file-meta = { $kind }, { $size }
file-checked = Файл перевіряють на шкідливий вміст. Завантажити його можна буде після перевірки
file-blocked = Файл не пройшов перевірки на шкідливий вміст, тому завантажити його не можна
file-gone = Файл недоступний

form-error-file-large = «{ $field }»: файл має бути не більший за { $actual }
form-error-file-empty = «{ $field }»: файл порожній
form-error-file-kind = «{ $field }»: файл має бути одного з цих видів: { $actual }
form-error-file-ending = «{ $field }»: вміст файлу не відповідає його розширенню
form-error-file-double = «{ $field }»: у назві файлу два розширення; перейменуйте його
form-error-file-lost = «{ $field }»: файл не вдалося зберегти; додайте його ще раз
form-error-file-many = «{ $field }»: { $limit ->
    [one] може бути не більше ніж { $limit } файл
   *[other] може бути не більше ніж { $limit } файлів
}
form-error-declaration = Підтвердьте, що файли не містять державної таємниці чи службової інформації
