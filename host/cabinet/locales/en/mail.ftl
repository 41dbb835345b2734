### Letters that the platform sends.

mail-confirm-subject = Confirm your address for notices
mail-confirm-lead = Somebody gave this address in the cabinet of the platform “{ $platform }” in order to get notices there.
mail-confirm-do = If it was you, open this link within { $hours } hours and press the button:
mail-confirm-link = Confirm the address
mail-confirm-else = If it was not you, do nothing: without confirmation there will be no letters to this address.
mail-notice-subject = { $text }
mail-digest-subject = { $count ->
    [one] { $count } new notice
   *[other] { $count } new notices
}
mail-digest-lead = What has changed since we last wrote to you:
mail-open = Open
mail-why = You got this letter because you confirmed this address in the cabinet of the platform “{ $platform }”.
mail-why-legal = Of decisions and answers that the law has you told of we always write, and at once.
mail-settings = How often you are written to
mail-stop = Do not write about anything else
