title = Лиходій
