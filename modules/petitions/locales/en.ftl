list-title = Petitions
list-lead = A petition is considered when { $goal ->
    [one] { $goal } person signs
   *[other] { $goal } people sign
  } it within { $term } { $unit ->
    [hours] { $term ->
        [one] hour
       *[other] hours
      }
    [months] { $term ->
        [one] month
       *[other] months
      }
    [calendar-days] { $term ->
        [one] calendar day
       *[other] calendar days
      }
   *[working-days] { $term ->
        [one] working day
       *[other] working days
      }
  }. It costs nothing to start or to sign one.
start = Start a petition
filters = Show petitions
stage-hidden = Hidden
stage-collecting = Collecting signatures
stage-review = Under review
stage-answered = Answered
stage-short = Not enough signatures
stage-refused = Refused
list-empty = No petitions here yet
list-empty-next = Look at other petitions, or start your own.
home-title = Collecting signatures now
found-none = Nothing found
found-none-next = Try other words, or start a petition.
similar-title = Similar petitions
similar-none = We found no similar petitions. You can go on.
similar-some = Somebody may already be asking for the same. Supporting their petition is quicker than collecting signatures of your own.
card-count = { $count } of { $goal }

by = No { $number } · by { $author } · to: { $body }
by-published = No { $number } · by { $author } · published { $published } · to: { $body }
missing = { $count ->
    [one] { $count } more signature is needed.
   *[other] { $count } more signatures are needed.
  }
enough = There are enough signatures.
sign = Sign this petition
sign-note = Everyone will see your name and the date of your signature. You can take it back until the collection ends.
thanks = Thank you, your signature counts.
thanks-next = We will tell you when the petition is considered. It is in your cabinet already.
withdraw = Take my signature back
withdrawn = taken back
invalidated = not counted by decision
signatures-title = Signatures
signatures-none = No signatures yet. Yours can be the first.
signatures-nobody = There were no signatures.
signatures-elsewhere = Signatures were collected before the petition was brought here. The list does not hold all of them.
signatures-all = All signatures
signatures-caption = Who signed, the newest first
signatures-count = Valid signatures: { $count }
column-name = Name
column-when = When
column-number = No
column-title = Petition
column-author = Author
column-due = Due
column-left = Left

terms = Terms
step-submitted = Sent
step-check = Check by
step-published = Published
step-refused = Refused
step-recalled = Taken back by the author
step-collection = Signatures until
step-reached = Enough signatures
step-announce = Announce the review by
to-come-announce = Announcement of the review
step-announced = Review announced
step-answer = Answer by
to-come-answer = Answer
step-answered = Answered
step-appeal = Considered as an appeal
within = { $unit ->
    [hours] within { $term } { $term ->
        [one] hour
       *[other] hours
      }
    [months] within { $term } { $term ->
        [one] month
       *[other] months
      }
    [calendar-days] within { $term } { $term ->
        [one] calendar day
       *[other] calendar days
      }
   *[working-days] within { $term } { $term ->
        [one] working day
       *[other] working days
      }
  }
rules-note = Signatures needed: { $goal } ({ $law }). These rules are in force since { $since }.
term-check = Check of the petition
term-collection = End of the collection
term-announcement = Announcement of the review
term-answer = Answer

refused-title = The petition was refused
refused-next = Refused petitions stay open to everyone. The author may mend the text and send a new one.
answer-title = Answer
short-title = There were not enough signatures
short-text = The term of the collection is over. The petition is considered as an appeal, and the answer is sent to the author.
reason-overthrow = It calls for the overthrow of the constitutional order (393/96-ВР, art. 23-1).
reason-war = It is propaganda of war or violence (393/96-ВР, art. 23-1).
reason-hatred = It incites hatred between people (393/96-ВР, art. 23-1).
reason-rights = It calls for violating human rights and freedoms (393/96-ВР, art. 23-1).
reason-not-competent = The matter is not within the powers of the body.
reason-unclear = The text does not say what the author asks for.

state-pending-check = Being checked
state-recalled = Taken back
state-refused = Refused
state-collecting = Collecting signatures
state-threshold-reached = Enough signatures
state-under-review = Under review
state-answered = Answered
state-converted-to-appeal = Not enough signatures

checking-note = Only the author and the officials of the body that the petition is addressed to see this page.
open-public = Open the public page
row-email = Address for the answer
row-signatures = Signatures
publish = Publish
refuse = Refuse
recall = Take the petition back
announce = Announce the review
answer = Answer

desk-title = Petitions: desk
desk-filters = What to do
desk-check = Check
desk-announce = Announce
desk-answer = Answer
desk-none = Nothing
desk-caption = Queue by due date
desk-empty = The queue is empty
desk-empty-next = New petitions appear here as soon as they are sent.
desk-no-body = Only officials of a body have a desk.

act-submit = Start a petition
act-submit-lead = Say what should change. Once it is checked, the petition is published and everyone can sign it.
act-submit-submit = Send to be checked
act-refuse = Refuse the petition
act-refuse-lead = The petition stays open to everyone, together with the reason.
act-refuse-submit = Refuse
act-answer = Answer
act-answer-lead = Everyone will see the answer. The author and the signatories are told.
act-answer-submit = Publish the answer
act-sign = Sign the petition
act-withdraw = Take my signature back
act-publish = Publish the petition
act-announce = Announce the review
act-recall = Take the petition back
step-title = What do you ask for?
step-similar = Is somebody asking for it already?
step-essence = Explain it
step-contact = Contact and rules
field-title = Title
field-title-hint = In one sentence: what should the Cabinet of Ministers do? For example: “Make the entrances of all post offices accessible”.
field-essence = Essence
field-essence-hint = What is wrong now, what should change, and why it matters. Do not give personal data of others.
field-email = Address for the answer
field-email-hint = E-mail. Only those who consider the petition see it; it stands on no public page.
field-rules = The text does not call for overthrow, war, violence, hatred or violation of human rights
field-rules-hint = Petitions that call for violence or a violation of rights are not published. Everyone will see your full name.
field-reason = Reason
field-reason-overthrow = Calls for overthrow of the constitutional order
field-reason-war = Propaganda of war or violence
field-reason-hatred = Incitement of hatred
field-reason-rights = Violation of human rights and freedoms
field-reason-not-competent = Not within the powers of the body
field-reason-unclear = Unclear what is asked for
field-explanation = Explanation for the author
field-explanation-hint = What does not meet the rules and what can be mended. Everyone will see it, so give no personal data.
field-answer = Answer
field-answer-hint = What was decided, who will do it and by when.

role-author = You started this petition
role-signatory = You signed this petition
event-submitted = The petition was sent to be checked
event-recalled = The author took the petition back
event-published = The petition was published; signatures are collected
event-refused = The petition was refused
event-reached = There are enough signatures
event-announced = The review was announced
event-answered = The petition was answered
event-short = The term is over: the petition is considered as an appeal
event-withdrawn = You took your signature back
notice-published = Your petition No { $number } is published. Signatures are being collected.
notice-refused = Petition No { $number } was refused. The reason stands on its page.
notice-reached = Petition No { $number } has enough signatures.
notice-announced = The review of petition No { $number } was announced.
notice-answered = Petition No { $number } has been answered.
notice-short = The term for petition No { $number } is over. It is considered as an appeal.

done-submitted = Petition No { $number } was sent to be checked.
done-recalled = The petition was taken back.
done-published = The petition is published.
done-refused = The petition was refused.
done-signed = Your signature counts. Thank you!
done-withdrawn = Your signature was taken back.
done-announced = The review is announced.
done-answered = The answer is published.
already-signed = You have signed this petition already.
not-signed = You have not signed this petition.
invalidated-signature = Your signature on this petition was invalidated by a decision. Your notices say on what grounds, and how to contest it.
not-published = The petition is not published yet.
collection-over = The term of the collection is over.

# What is kept, where a person sees what is kept of them.
collection-petitions = petitions
collection-signatures = signatures
