list-title = Consultations
list-lead = Read a draft act, discuss any paragraph or propose your own wording. The body responds to every proposal.
filters = Show consultations
stage-draft = In preparation
stage-open = Open
stage-closed = Closed
stage-reporting = Report in preparation
stage-reported = Reported
list-empty = There are no consultations here yet
list-empty-next = Look at consultations of another stage.
home-title = Drafts under discussion now
found-none = Nothing was found
found-none-next = Try other words.
card-until = Proposals until { $closes }
count = { $count ->
    [0] No proposals yet
    [one] { $count } proposal
   *[other] { $count } proposals
  }
count-label = { $count ->
    [one] proposal
   *[other] proposals
  }
how-to-take-part = Choose a paragraph in the text below to discuss it or to propose your own wording.
open-report = Read the report
open-public = Open the public page

notice-summary = What the act changes
notice-affected = Whom it concerns
notice-consequences = Possible consequences
notice-submitting = How to submit proposals
notice-closes = Last day for proposals
notice-contact = Contact person
files-title = Documents
file-draft = Draft act
proposal-file = Added to the comment
draft-title = Text of the draft
decision-title = Decision of { $decided }

terms = Terms
step-publish = Publish the consultation
step-opened = Published
step-earliest = May close no earlier than
step-closes = Proposals are accepted until
step-closed = Proposals closed
step-decision = Decision on the draft
step-decided = Decided
step-report = Publish the report by
to-come-report = Report
step-reported = Report published
within = { $unit ->
    [hours] within { $term } hours of the decision
    [months] within { $term } months of the decision
    [calendar-days] within { $term } calendar days of the decision
   *[working-days] within { $term } working days of the decision
  }

clause-heading = Heading
clause-point = Point{"\u00A0"}{ $number }
clause-paragraph = Point{"\u00A0"}{ $number }, paragraph{"\u00A0"}{ $place }
clause-loose = Paragraph { $place } outside the points
clause-text = Text of the draft
clause-before = Previous paragraph
clause-next = Next paragraph
clause-whole = The whole draft
discuss = { $count ->
    [0] Discuss
    [one] { $count } proposal
   *[other] { $count } proposals
  }
proposals-title = What is proposed
proposals-none = Nothing has been proposed on this paragraph yet. Yours can be the first.
proposals-over = Proposals are no longer accepted: the term of the consultation is over.
propose-title = Propose your own wording
comment-title = Write a remark
kind-comment = Remark
kind-wording = Proposed wording
organisation-named = Organisation: { $name }
organisation-code = Organisation, EDRPOU { $code }
no-name = No author given

response-awaiting = Awaits a response
response-accepted = Accepted
response-partly = Accepted in part
response-rejected = Rejected

report-title = Report on the consultation
report-counts = How many proposals were accepted
report-caption = All proposals in the order of the text
report-none = No proposals were received
report-none-next = The consultation closed without proposals.
column-clause = Paragraph
column-who = Who proposed
column-proposal = Proposal
column-response = Response
column-reason = Reason
column-persons = From persons
column-organisations = From organisations
column-all = In all
column-title = Draft
column-closes = Proposals until
column-report-due = Report by
column-awaiting = Without response

state-draft = In preparation
state-open = Open
state-closed = Closed
state-reporting = Report in preparation
state-reported = Reported

desk-title = Consultations: desk
desk-filters = Stage
desk-caption = Consultations of your body
desk-empty = There are no consultations at this stage
desk-empty-next = Choose another stage or create a consultation.
preview = Preview
preview-note = Only officials of your body see this page. Check how the text was divided, and publish it.
responses-filters = Show proposals
responses-title = Proposals
responses-none = There are no such proposals
responses-none-next = Choose another response in the list above.
left = Without response: { $count }

act-create = Create a consultation
act-create-lead = Describe what the act changes and paste the text of the draft. Before publishing you see how it was divided into paragraphs.
act-create-submit = Save and preview
act-revise = Correct the consultation
act-revise-submit = Save and preview
act-publish = Publish the consultation
act-comment = Write a remark
act-comment-lead = Everybody will see your name: anonymous proposals are not considered.
act-comment-submit = Send the remark
act-propose = Propose a wording
act-propose-lead = Change the text of the paragraph to what it should be. Everybody will see your name: anonymous proposals are not considered.
act-propose-submit = Send the proposal
act-respond = Respond to the proposal
act-respond-lead = Everybody will see the response and its reason. The author is told.
act-respond-submit = Save the response
act-decide = Record the decision on the draft
act-decide-lead = The term of the report counts from the day of the decision.
act-decide-submit = Record the decision
act-publish-report = Publish the report

field-title = Title of the draft
field-title-hint = As in the act itself, for example: “Draft resolution on …”.
field-summary = What the act changes
field-summary-hint = In plain words: what is there now, and what will be.
field-affected = Whom it concerns
field-affected-hint = Groups of people and organisations that the act affects.
field-consequences = Possible consequences
field-consequences-hint = What changes for these groups.
field-contact = Contact person
field-contact-hint = Name, post, telephone or e-mail address.
field-submitting = How to submit proposals
field-submitting-hint = Besides this page: by post, by e-mail, in person.
field-closes = Last day for proposals
field-closes-hint = A consultation lasts at least as long as the law requires.
field-draft = Text of the draft
field-draft-hint = Paste the whole text. Points “1.”, sub-points “1)” and paragraphs are recognised.
field-draft-file = Draft as a file
field-draft-file-hint = The same text as a document.
field-materials = Materials to the draft
field-materials-hint = Explanatory note, comparative table, impact assessment.
field-attachment = Document to the comment
field-attachment-hint = Everybody who reads the comment sees it.
field-comment = Remark
field-comment-hint = What is wrong with this paragraph, and why.
field-wording = Your wording of the paragraph
field-wording-hint = The comparison with the draft is made for you.
field-grounds = Why so
field-grounds-hint = What this change brings, and to whom.
field-response = Response
field-response-accepted = Accepted
field-response-partly = Accepted in part
field-response-rejected = Rejected
field-reason = Reason
field-reason-hint = Why the body responds so. Every response needs it.
field-decided = Day of the decision
field-decision = Decision
field-decision-hint = For example: the draft was revised and submitted to the Government.

case-awaiting = The proposal awaits a response
case-accepted = The proposal was accepted
case-partly = The proposal was accepted in part
case-rejected = The proposal was rejected
role-author = You made this proposal
event-submitted = The proposal was submitted
event-responded = The body responded to the proposal
told-accepted = Your proposal was accepted. The reason stands on the page of the paragraph.
told-partly = Your proposal was accepted in part. The reason stands on the page of the paragraph.
told-rejected = Your proposal was rejected. The reason stands on the page of the paragraph.

done-created = The consultation was created. Check it and publish it.
done-revised = The changes were saved.
done-published = The consultation was published.
done-submitted = The proposal was submitted. Thank you! The response will appear in your cabinet.
done-responded = The response was saved.
done-decided = The decision was recorded.
done-reported = The report was published.

no-body = Only officials of a body can do this.
too-soon = The earliest possible day is { $earliest }. { $unit ->
    [hours] A consultation lasts at least { $term } hours ({ $law }).
    [months] A consultation lasts at least { $term } months ({ $law }).
    [calendar-days] A consultation lasts at least { $term } calendar days ({ $law }).
   *[working-days] A consultation lasts at least { $term } working days ({ $law }).
  }
draft-too-long = The text has { $count } paragraphs, and may have no more than { $most }. Divide the draft.
draft-no-points = No points were found in the text. Each point begins with its number: “1.” or “1)”.
same-wording = This wording does not differ from the draft. Change it, or write a remark.
heading-closed = Headings are not discussed by themselves. Choose a paragraph below.
still-open = The consultation is still open. Respond after it has closed.
unanswered = Some proposals have no response yet. The report holds a response to each.
decided-when = Give a day after the close of the consultation ({ $closes }), and no later than today.

# What is kept, where a person sees what is kept of them.
collection-consultations = consultations
collection-clauses = paragraphs of drafts
collection-proposals = proposals
