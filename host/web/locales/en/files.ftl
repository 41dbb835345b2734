# Files: in forms and on pages.
file-takes = { $kinds }. Up to { $size } each
file-takes-one = { $kinds }. Up to { $size }
file-remove = Remove the file “{ $name }”
file-declaration = I declare that the files hold no state secret and no official-use information
file-kilobytes = { $size } KB
file-megabytes = { $size } MB
file-meta = { $kind }, { $size }
file-checked = The file is being checked for malicious content. It can be downloaded once it has been checked
file-blocked = The file did not pass the check for malicious content and cannot be downloaded
file-gone = The file is not available

form-error-file-large = “{ $field }”: a file may have at most { $actual }
form-error-file-empty = “{ $field }”: the file is empty
form-error-file-kind = “{ $field }”: the file must be one of these kinds: { $actual }
form-error-file-ending = “{ $field }”: the content of the file does not agree with its ending
form-error-file-double = “{ $field }”: the file’s name has two endings; rename it
form-error-file-lost = “{ $field }”: the file could not be saved; add it once more
form-error-file-many = “{ $field }”: { $limit ->
    [one] there may be at most { $limit } file
   *[other] there may be at most { $limit } files
}
form-error-declaration = Confirm that the files hold no state secret and no official-use information
