empty-title = Порожня сторінка
blocks-title = П’ятдесят блоків
board-count = Нотаток на цій дошці: { $count }, мета: { $goal }
board-caption = Останні нотатки
column-text = Нотатка
column-likes = Вподобань
column-written = Написано
board-missing = Ще бракує: { $count }
