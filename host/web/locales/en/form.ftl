### Forms: buttons, hints, errors.

form-submit = Send
form-next = Continue
form-back = Back
form-save = Save draft
form-change = Change
form-choose = Choose
form-yes = Yes
form-no = No
form-unanswered = Not answered
form-optional = { $label } (optional)
form-step = Step { $step } of { $steps }
form-errors-title = Check your answers
form-error-prefix = Error:

# { $limit } and { $actual } are numbers; { $field } is the field's label.
form-error-required = Answer “{ $field }”
form-error-too-short = { $limit ->
    [one] “{ $field }” must have at least { $limit } character
   *[other] “{ $field }” must have at least { $limit } characters
}
form-error-too-long = { $limit ->
    [one] “{ $field }” can have at most { $limit } character, now { $actual }
   *[other] “{ $field }” can have at most { $limit } characters, now { $actual }
}
form-error-pattern = Check how “{ $field }” is written
form-error-choice = “{ $field }”: choose one of the options
form-error-too-small = “{ $field }” must be { $limit } or more
form-error-too-large = “{ $field }” must be { $limit } or less
form-error-number = “{ $field }”: write a number in digits
form-error-date = “{ $field }”: write a real date, for example 27 3 2026
form-error-email = “{ $field }”: write an e-mail address, for example name@example.com
form-error-url = “{ $field }”: write the whole web address, with https://
form-error-too-few = “{ $field }”: choose at least { $limit }
form-error-too-many = “{ $field }”: choose at most { $limit }
form-error-several = “{ $field }” takes one answer, but several were sent
form-error-changed = The form has changed since you opened it. Check your answers and send them again
form-error-other = Check your answer to “{ $field }”

count-limit = No more than { $limit } characters
count-under-one = [count] character left
count-under-few = [count] characters left
count-under-many = [count] characters left
count-under-other = [count] characters left
count-at-limit = No characters left
count-over-one = [count] character too many
count-over-few = [count] characters too many
count-over-many = [count] characters too many
count-over-other = [count] characters too many
form-gone-title = There is nothing here any more
form-gone-lead = This form has been sent, or its draft was deleted. What was sent is in your cabinet.
form-gone-cabinet = Open the cabinet
form-gone-anew = Fill in a new one
