invalidations-title = Participation that does not count
invalidations-lead = Where participation was bought or made by a machine, two persons who run the platform decide together that it does not count. Every decision stands here.
invalidations-none = There have been no such decisions.
invalidations-more = Earlier decisions
invalidations-decision = Decision No. { $number }
invalidations-service = Service
invalidations-document = What was taken part in
invalidations-grounds = Grounds
invalidations-number = How many
invalidations-touched = { $count ->
    [one] { $count } participation does not count
   *[other] { $count } participations do not count
}
invalidations-at = Decided
invalidations-by = By whom
invalidations-done = carried out
invalidations-under-way = being carried out
invalidations-thresholds = What followed from a threshold that had been reached stays as it is.
invalidations-contest = If you do not agree
invalidations-contest-how = Everybody whose participation does not count was told the grounds. Whoever does not agree can contest the decision: write to the holder of the platform or go to court.
invalidations-notice = Your participation does not count by decision No. { $number }. Grounds: { $grounds } If you do not agree, you can contest this: write to the holder of the platform or go to court.
invalidations-event = Your participation does not count by decision No. { $number }. Grounds: { $grounds }

invalidate-title = Invalidating participation
invalidate-lead = First count what would be touched: that changes nothing. Then propose it; another person approves it on the number of that moment.
invalidate-which = Which participation
invalidate-no-choice = No service that is running has participation of this kind.
invalidate-what = Service
invalidate-what-hint = Only services with participation that is counted stand here.
invalidate-document = Document
invalidate-document-hint = The key in its address, as 2026-7.
invalidate-address = Address
invalidate-address-hint = As on the page of security, 198.51.100.7. Empty if it does not matter.
invalidate-device = Browser
invalidate-device-hint = As on the page of security, device: with sixteen characters. Empty if it does not matter.
invalidate-from = From
invalidate-to = To
invalidate-time-hint = Date and time on this platform’s clock. Empty if it does not matter.
invalidate-persons = Persons
invalidate-persons-hint = The platform’s ids of persons or the references of the service, one a line. Empty for everybody.
invalidate-grounds = Grounds
invalidate-grounds-hint = What was found and which rule it breaks. Everybody reads this: no personal data, no addresses.
invalidate-count = Count, change nothing
invalidate-counted = What would be touched
invalidate-touches = { $count ->
    [0] Nothing that counts
    [one] { $count } participation would not count any more
   *[other] { $count } participations would not count any more
}
invalidate-taken-back = { $count ->
    [one] { $count } more was taken back by its person and stays as it is.
   *[other] { $count } more were taken back by their persons and stay as they are.
}
invalidate-before = { $count ->
    [one] { $count } more was invalidated before.
   *[other] { $count } more were invalidated before.
}
invalidate-counters = What counters say
invalidate-counter = Counter
invalidate-now = Now
invalidate-then = Then
invalidate-second = Nothing happens until another person approves.
invalidate-propose = Propose
invalidate-not-counted = Nothing was counted or proposed
invalidate-error-what = Choose a service
invalidate-error-document = The service has no document with this key
invalidate-error-address = Write an address as 198.51.100.7
invalidate-error-device = Write the browser as on the page of security
invalidate-error-time = Write date and time
invalidate-error-persons = One of these persons is not known to the service
invalidate-error-grounds = Write the grounds, in at most 1000 characters
invalidate-error-open = Say by what to choose: an address, a browser, persons, or both a first and a last moment
invalidate-error-nothing = No participation that counts is meant by this
invalidate-proposals = What has been proposed
invalidate-proposals-caption = The latest proposals
invalidate-no-proposals = Nothing has been proposed.
invalidate-by = Proposed by
invalidate-standing = Where it stands
invalidate-open = waits for a second person
invalidate-over = out of date
invalidate-approved = approved
invalidate-declined = declined
invalidate-proposal = A proposal to invalidate participation
invalidate-counted-then = Counted when it was proposed
invalidate-counted-now = What would be touched now
invalidate-recounted = The number has changed: { $then } when it was proposed, { $now } now.
invalidate-look-again = Nothing was decided. Look at the new number and decide again.
invalidate-own = You have proposed this. Another person has to approve it.
invalidate-approve-what = This cannot be taken back. Those concerned are told the grounds, and the decision is public.
invalidate-approve = Approve
invalidate-decline = Decline

two-person-same = It takes two persons: whoever proposed something cannot approve it.
two-person-not-proven = Only somebody whose identity is proven can decide this.
two-person-not-entitled = Only those who run the platform can decide this. If you do, sign in again.
two-person-over = This proposal is decided or out of date. Propose it anew.
two-person-declined = This proposal was declined.
two-person-changed = What you were shown is not what is proposed. Open the proposal again.

privacy-origins = Where your participation is counted, we keep for a limited time from which address and browser it came, as a hash that tells nobody the address, so that participation made by machines can be found.
