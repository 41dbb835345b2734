board-title = Board of notes
board-lead = Everyone may leave one note a day.
board-caption = Notes, the newest first
board-empty = There are no notes yet
board-empty-hint = Yours can be the first.
board-write = Write a note
board-busy = { $count } { $count ->
    [one] note
   *[other] notes
  } today already. A busy day!
column-text = Note
column-author = Author
column-written = Written

note-title = Note
note-by = { $author }, { $written }
note-mood = Mood
note-hidden = This note is hidden
note-terms = Terms
step-shown = On the board until
note-hide = Hide

mood-glad = glad
mood-worried = worried
mood-neither = neither

reason-advertising = It is advertising.
reason-offence = It offends somebody.

state-shown = On the board
state-hidden = Hidden
state-archived = Archived

role-author = Author
written = Your note is on the board.
one-a-day = You have left a note today. Come back tomorrow.
hidden-done = The note is hidden.
told-advertising = Your note was hidden: it is advertising.
told-offence = Your note was hidden: it offends somebody.

## Forms: the heading, lead and button of an act; labels, hints and choices of fields

act-write = Write a note
act-write-lead = Everybody will see the note, with your name.
act-write-submit = Put it on the board
field-text = Note
field-text-hint = Up to 500 characters.
field-mood = Your mood
field-mood-glad = glad
field-mood-worried = worried
field-mood-neither = neither

act-hide = Hide the note
act-hide-submit = Hide
field-reason = Why
field-reason-advertising = It is advertising
field-reason-offence = It offends somebody
