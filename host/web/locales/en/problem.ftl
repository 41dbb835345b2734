### Pages about what went wrong.

problem-home = To the home page
problem-again = Send again
problem-choose-again = Choose the file “{ $name }” once more:
problem-reference = Number to give to support:
problem-not-found-title = There is no such page
problem-not-found-what = The address may be mistyped, or the page has moved.
problem-not-found-next = Check the address, or use the search on the home page.
problem-refused-title = This is not open to you
problem-refused-what = { $why }
problem-refused-next = If you think that this is a mistake, write to the platform’s support.
problem-failed-title = Something broke
problem-failed-what = This is our fault. Nothing you sent has been half recorded.
problem-failed-next = Try again in a minute. If that does not help, give support the number below.
problem-aside-title = This service is not working at the moment
problem-aside-what = “{ $service }” failed several times, so we have set it aside. The rest of the platform works.
problem-aside-next = Your records and cases are kept. We already know; please try later.
problem-disabled-title = This service is switched off
problem-disabled-what = The holder of the platform has switched off “{ $service }”.
problem-disabled-next = Your records are kept, and you can still read your cases in the cabinet.
problem-paused-title = The platform is paused
problem-paused-what = We take nothing in at the moment, so that no record is lost.
problem-paused-next = Try in a few minutes. Terms that end today will be taken into account.
problem-paused-what-kept = We take nothing in at the moment, so that no record is lost. Your answers are kept on this page.
problem-paused-next-kept = Wait a few minutes, leave this page open, and send it again: it will not count twice. Terms that end today will be taken into account.
problem-busy-title = Too many people at once
problem-busy-what = We could not answer your request in time.
problem-busy-next = Wait a few seconds and try again.
problem-busy-what-kept = We could not take in what you sent. Your answers are kept on this page.
problem-busy-next-kept = Wait a few seconds and send it again: it will not count twice.
problem-many-title = Too many requests
problem-many-what = More requests come from you than are allowed.
problem-many-next = { $seconds ->
    [one] Wait { $seconds } second and open the page again.
   *[other] Wait { $seconds } seconds and open the page again.
}
problem-many-what-kept = More requests come from you than are allowed. Your answers are kept on this page.
problem-many-next-kept = { $seconds ->
    [one] Wait { $seconds } second and send it again: it will not count twice.
   *[other] Wait { $seconds } seconds and send it again: it will not count twice.
}
problem-large-title = What you sent is too large
problem-large-what = Together with files, you can send at most { $limit } MiB.
problem-large-next = Go back and make the files smaller, or send them in parts.
problem-input-title = We could not read what was sent
problem-input-what = The data arrived damaged or did not come from our form.
problem-input-next = Go back, reload the page and send again.
problem-foreign-title = The form was not sent from here
problem-foreign-what = The request came from another site, so we did not carry it out.
problem-foreign-next = Open the page on this platform and send the form from there.
problem-expired-title = Your session has ended
problem-expired-what = You were away for long, so we signed you out. Your answers are kept as a draft.
problem-expired-next = Sign in again and go on from the same place.
