title = Villain
