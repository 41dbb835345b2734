empty-title = Порожня сторінка
blocks-title = П’ятдесят блоків
