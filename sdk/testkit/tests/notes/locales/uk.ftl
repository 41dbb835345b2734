reached = Досягнуто
