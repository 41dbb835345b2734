empty-title = Empty page
blocks-title = Fifty blocks
board-count = { $count } notes on this board, the goal is { $goal }
board-caption = The latest notes
column-text = Note
column-likes = Likes
column-written = Written
board-missing = { $count } more to come
