empty-title = Empty page
blocks-title = Fifty blocks
